import { describe, expect, it, vi } from "vitest";
import { PortalApi } from "./api.ts";
import { Http } from "./http.ts";

const answering = (status: number, body: unknown): typeof fetch =>
  vi.fn(() => Promise.resolve(new Response(body === undefined ? null : JSON.stringify(body), { status })));

describe("http", () => {
  it("sends JSON with the header that other sites cannot send", async () => {
    const fetch = answering(200, { interaction: "i", handling: "h" });
    const api = new PortalApi(new Http({ fetch }));
    await expect(api.accept("o/1")).resolves.toEqual({ interaction: "i", handling: "h" });
    const [url, init] = vi.mocked(fetch).mock.calls[0]!;
    expect(url).toBe("/api/v1/offers/o%2F1/accept");
    expect(init).toMatchObject({ method: "POST", headers: { "X-Madoguchi": "1" } });
  });

  it("carries a consumer's token", async () => {
    const fetch = answering(200, {});
    await new Http({ fetch, token: () => "t" }).get("/x");
    expect(vi.mocked(fetch).mock.calls[0]![1]).toMatchObject({ headers: { Authorization: "Bearer t" } });
  });

  it("sends nothing from a consumer's page that another origin's page may not send", async () => {
    const fetch = answering(200, {});
    await new Http({ fetch, token: () => undefined }).get("/consumer/config");
    expect(vi.mocked(fetch).mock.calls[0]![1]).toEqual({ method: "GET", credentials: "omit", headers: {} });
    await new Http({ fetch, token: () => "t" }).post("/consumer/chats", {});
    const headers = { Authorization: "Bearer t", "Content-Type": "application/json" };
    expect(vi.mocked(fetch).mock.calls[1]![1]).toMatchObject({ credentials: "omit", headers });
  });

  it("turns problems into errors with their code and fields", async () => {
    const http = new Http({
      fetch: answering(422, {
        title: "The input is not valid.",
        status: 422,
        code: "invalid_input",
        detail: "bad",
        errors: [{ field: "email", detail: "no address" }],
      }),
    });
    await expect(http.post("/session", {})).rejects.toMatchObject({
      status: 422,
      code: "invalid_input",
      retryable: false,
      errors: [{ field: "email", detail: "no address" }],
    });
  });

  it("tells a dead network and a proxy's page from a refusal", async () => {
    const dead = new Http({ fetch: () => Promise.reject(new TypeError("failed")) });
    await expect(dead.get("/x")).rejects.toMatchObject({ code: "network", retryable: true });
    const proxy = new Http({ fetch: () => Promise.resolve(new Response("<html>", { status: 502 })) });
    await expect(proxy.get("/x")).rejects.toMatchObject({ code: "http_502", retryable: true });
  });

  it("takes an empty answer for nothing", async () => {
    await expect(new Http({ fetch: answering(204, undefined) }).delete("/session")).resolves.toBeUndefined();
  });
});
