export * from "./hours.ts";
export * from "./http.ts";
export * from "./realtime.ts";
