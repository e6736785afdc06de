export * from "./http.ts";
export * from "./realtime.ts";
