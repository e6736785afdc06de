import { MediaLeg } from "@madoguchi/client";
import { describe, expect, it, vi } from "vitest";
import { speak } from "./speaking.ts";

function bed() {
  const track = { enabled: true, stop: vi.fn() };
  const stream = { getAudioTracks: () => [track], getTracks: () => [track] } as unknown as MediaStream;
  const getUserMedia = vi.fn(() => Promise.resolve(stream));
  const leg = new MediaLeg({ negotiate: () => Promise.resolve("answer"), listenOnly: true });
  const sends: unknown[] = [];
  const sender = { replaceTrack: (sent: unknown) => Promise.resolve(void sends.push(sent)) } as unknown as RTCRtpSender;
  vi.spyOn(leg, "sender", "get").mockReturnValue(sender);
  return { getUserMedia, leg, sends, track };
}

describe("speaking into a leg that listens", () => {
  it("takes the microphone once, and lets go of it", async () => {
    const { getUserMedia, leg, sends, track } = bed();
    expect(await speak(leg, true, true, { getUserMedia })).toBeNull();
    expect(await speak(leg, true, true, { getUserMedia })).toBeNull();
    expect(getUserMedia).toHaveBeenCalledTimes(1);
    expect(leg.microphone.get()).not.toBeNull();
    expect(await speak(leg, false)).toBeNull();
    expect(track.stop).toHaveBeenCalled();
    expect(leg.microphone.get()).toBeNull();
    expect(sends).toEqual([track, null]);
  });

  it("says why there is no microphone, and goes on listening", async () => {
    const { leg, sends } = bed();
    const refused = Object.assign(new Error(""), { name: "NotAllowedError" });
    expect(await speak(leg, true, true, { getUserMedia: () => Promise.reject(refused) })).toBe("microphone_denied");
    expect(sends).toEqual([]);
    expect(leg.state.get().phase).toBe("idle");
  });

  it("lets go of a microphone that comes after the leg was closed", async () => {
    const { getUserMedia, leg, track } = bed();
    leg.close();
    expect(await speak(leg, true, true, { getUserMedia })).toBeNull();
    expect(track.stop).toHaveBeenCalled();
  });
});
