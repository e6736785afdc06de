import { asProblem, MediaLeg, Observable, ProblemError } from "@madoguchi/client";
import type { MonitoringRow } from "@madoguchi/protocol";
import { describe, expect, it, vi } from "vitest";
import { Monitorings } from "./monitorings.ts";
import type { Settings } from "./settings.ts";

function bed() {
  const negotiations: ((offer: string) => Promise<string>)[] = [];
  const api = {
    monitor: vi.fn((call: string) => Promise.resolve({ monitoring: `mon_${call}`, leg: "l", answer: "first" })),
    connectMonitoring: vi.fn(() => Promise.resolve({ leg: "l", answer: "again" })),
    stopMonitoring: vi.fn(() => Promise.resolve()),
    switchMonitoring: vi.fn(() => Promise.resolve()),
    takeOver: vi.fn((monitoring: string) => Promise.resolve({ call: monitoring.slice(4) })),
  };
  const adopt = vi.fn(() => () => Promise.resolve("own"));
  const speak = vi.fn(() => Promise.resolve(null));
  const monitorings = new Monitorings({
    api,
    adopt,
    speak,
    settings: new Observable({} as Settings),
    createLeg: (negotiate) => {
      negotiations.push(negotiate);
      const leg = new MediaLeg({ negotiate, listenOnly: true });
      vi.spyOn(leg, "start").mockResolvedValue();
      return leg;
    },
  });
  return { adopt, api, monitorings, negotiations, speak };
}

const row = (id: string, call: string, media: MonitoringRow["media"] = "connected"): MonitoringRow =>
  ({ id, kind: "monitoring", call, media, consumer: { id: "c", name: "C", anonymous: true } }) as MonitoringRow;

describe("monitorings", () => {
  it("listens to several calls, each once", () => {
    const { monitorings } = bed();
    monitorings.start("a", "A");
    monitorings.start("a", "A");
    monitorings.start("b", "B");
    expect(monitorings.active.get().map((each) => each.call)).toEqual(["a", "b"]);
  });

  it("starts a monitoring once and re-connects the same one after a broken path", async () => {
    const { api, monitorings, negotiations } = bed();
    monitorings.start("a", "A");
    expect(await negotiations[0]!("offer")).toBe("first");
    expect(await negotiations[0]!("offer")).toBe("again");
    expect(api.monitor).toHaveBeenCalledTimes(1);
    expect(api.connectMonitoring).toHaveBeenCalledWith("mon_a", "offer");
  });

  it("is silent at once when stopped, whatever the server says", async () => {
    const { api, monitorings, negotiations } = bed();
    monitorings.start("a", "A");
    await negotiations[0]!("offer");
    const { leg } = monitorings.active.get()[0]!;
    api.stopMonitoring.mockRejectedValueOnce(new ProblemError({ code: "network" }));
    const stopping = monitorings.stop("a");
    expect(leg.state.get().phase).toBe("closed");
    expect((await stopping)?.code).toBe("network");
    expect(monitorings.active.get()).toEqual([]);
  });

  it("ends at the server what was stopped while it was still starting", async () => {
    const { api, monitorings, negotiations } = bed();
    monitorings.start("a", "A");
    const asked = negotiations[0]!("offer");
    await monitorings.stop("a");
    await asked;
    expect(api.stopMonitoring).toHaveBeenCalledWith("mon_a");
  });

  it("waits for people to talk where it was armed, and gives way to a later offer", async () => {
    vi.useFakeTimers();
    try {
      const { api, monitorings, negotiations } = bed();
      const nobody = new ProblemError({ code: "conflict", reason: "nobody_talks", status: 409 });
      api.monitor.mockRejectedValueOnce(nobody).mockRejectedValueOnce(nobody).mockRejectedValueOnce(nobody);
      const agreed = vi.fn();
      monitorings.start("a", "A", "listen", agreed);
      const first = negotiations[0]!("early").catch(asProblem);
      await vi.advanceTimersByTimeAsync(0);
      const second = negotiations[0]!("late");
      await vi.advanceTimersByTimeAsync(1_000);
      expect(agreed).not.toHaveBeenCalled();
      expect(await first).toMatchObject({ reason: "nobody_talks" });
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await second).toBe("first");
      expect(agreed).toHaveBeenCalledOnce();
      expect(api.connectMonitoring).not.toHaveBeenCalled();
    } finally {
      vi.useRealTimers();
    }
  });

  it("forgets a call that ended before anybody talked, and fails at once where nobody waits", async () => {
    const { api, monitorings, negotiations } = bed();
    api.monitor.mockRejectedValueOnce(new ProblemError({ code: "not_found", status: 404 }));
    monitorings.start("a", "A", "listen", vi.fn());
    await expect(negotiations[0]!("offer")).rejects.toThrow();
    expect(monitorings.active.get()).toEqual([]);
    api.monitor.mockRejectedValueOnce(new ProblemError({ code: "conflict", reason: "nobody_talks", status: 409 }));
    monitorings.start("b", "B");
    await expect(negotiations[1]!("offer")).rejects.toMatchObject({ reason: "nobody_talks" });
  });

  it("speaks with a microphone, and is silent here before the server knows", async () => {
    const { api, monitorings, negotiations, speak } = bed();
    const spoken = (): unknown[] => (speak.mock.calls as unknown[][]).map((call) => call[1]);
    monitorings.start("a", "A", "whisper");
    await negotiations[0]!("offer");
    await vi.waitFor(() => expect(api.switchMonitoring).toHaveBeenCalledWith("mon_a", "whisper"));
    expect(spoken()).toEqual([true]);
    expect(await monitorings.switch("a", "listen")).toBeNull();
    expect(spoken()).toEqual([true, false]);
    api.switchMonitoring.mockRejectedValueOnce(new ProblemError({ code: "not_allowed" }));
    expect(await monitorings.switch("a", "barge")).toMatchObject({ problem: { code: "not_allowed" } });
    expect(spoken()).toEqual([true, false, true, false]);
  });

  it("hands the voice of a call over that is taken over, whatever comes first: the answer or the row's end", async () => {
    const { adopt, api, monitorings, negotiations } = bed();
    monitorings.start("a", "A");
    await negotiations[0]!("offer");
    monitorings.follow([row("mon_a", "a")]);
    const { leg } = monitorings.active.get()[0]!;
    api.takeOver.mockRejectedValueOnce(new ProblemError({ code: "agent_not_free" }));
    expect(await monitorings.takeOver("a")).toMatchObject({ problem: { code: "agent_not_free" } });
    const taking = monitorings.takeOver("a");
    monitorings.follow([]);
    expect(await taking).toBeNull();
    expect(adopt).toHaveBeenCalledWith("a", leg);
    expect(leg.state.get().phase).not.toBe("closed");
    expect(await negotiations[0]!("offer")).toBe("own");
    expect(monitorings.active.get()).toEqual([]);
  });

  it("ends with the call", async () => {
    const { monitorings, negotiations } = bed();
    monitorings.start("a", "A");
    await negotiations[0]!("offer");
    monitorings.follow([]);
    expect(monitorings.active.get()).toHaveLength(1);
    monitorings.follow([row("mon_a", "a")]);
    monitorings.follow([]);
    expect(monitorings.active.get()).toEqual([]);
  });

  it("takes up what was lost in a reload", () => {
    const { monitorings } = bed();
    monitorings.follow([row("mon_x", "x", "lost")]);
    monitorings.follow([row("mon_x", "x", "lost")]);
    expect(monitorings.active.get().map((each) => each.monitoring)).toEqual(["mon_x"]);
  });
});
