export * from "./fake-clock.ts";
export * from "./fake-server.ts";
