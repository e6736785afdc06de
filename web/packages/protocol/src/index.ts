export * from "./deflection.ts";
export * from "./hours.ts";
export * from "./http.ts";
export type { components } from "./openapi.d.ts";
export * from "./messages.ts";
export * from "./realtime.ts";
