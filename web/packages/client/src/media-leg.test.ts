import { describe, expect, it, vi } from "vitest";
import { MediaLeg, type MediaLegOptions } from "./media-leg.ts";
import { ProblemError } from "./problem.ts";
import { FakeClock } from "./testing/index.ts";

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

class FakePeer {
  connectionState = "new";
  iceGatheringState = "complete";
  localDescription: { sdp: string } | null = null;
  closed = false;
  added: string[] = [];
  remoteSdp = "";
  transport = { state: "connected", onstatechange: null as null | (() => void) };
  ontrack: ((event: unknown) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  onicegatheringstatechange: (() => void) | null = null;

  createOffer = (): Promise<unknown> => Promise.resolve({ type: "offer", sdp: "offer" });
  setLocalDescription = (): Promise<void> => {
    this.localDescription = { sdp: "offer" };
    return Promise.resolve();
  };
  setRemoteDescription = (answer: { sdp: string }): Promise<void> => {
    this.remoteSdp = answer.sdp;
    return Promise.resolve();
  };
  addTrack = (track: { kind: string }): void => void this.added.push(track.kind);
  addTransceiver = (kind: string, { direction }: { direction?: string } = {}): void =>
    void this.added.push(`${kind} ${direction ?? "sendrecv"}`);
  getReceivers = (): unknown[] => [{ transport: this.transport }];
  close = (): void => void (this.closed = true);

  become(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

function bed(options: Partial<MediaLegOptions> = {}): {
  clock: FakeClock;
  leg: MediaLeg;
  peers: FakePeer[];
  track: { enabled: boolean; stop: ReturnType<typeof vi.fn>; kind: string };
  getUserMedia: ReturnType<typeof vi.fn>;
} {
  const clock = new FakeClock();
  const peers: FakePeer[] = [];
  const track = { enabled: true, stop: vi.fn(), kind: "audio" };
  const stream = { getAudioTracks: () => [track], getTracks: () => [track] } as unknown as MediaStream;
  const getUserMedia = vi.fn(() => Promise.resolve(stream));
  const leg = new MediaLeg({
    negotiate: () => Promise.resolve("answer"),
    devices: { getUserMedia },
    createPeer: () => {
      const peer = new FakePeer();
      peers.push(peer);
      return peer as unknown as RTCPeerConnection;
    },
    clock,
    random: () => 0.5,
    ...options,
  });
  return { clock, leg, peers, track, getUserMedia };
}

describe("media leg", () => {
  it("asks for the microphone, offers, and is connected when the path is", async () => {
    const { leg, peers } = bed();
    void leg.start();
    expect(leg.state.get().phase).toBe("asking");
    await settle();
    expect(leg.state.get().phase).toBe("connecting");
    expect(peers[0]).toMatchObject({ added: ["audio"], remoteSdp: "answer" });
    peers[0]!.become("connected");
    expect(leg.state.get().phase).toBe("connected");
  });

  it("does not ask for a microphone when it only listens", async () => {
    const { leg, peers, getUserMedia } = bed({ listenOnly: true });
    await leg.start();
    expect(getUserMedia).not.toHaveBeenCalled();
    expect(peers[0]?.added).toEqual(["audio sendrecv"]);
  });

  it("mutes the track at once, also before it exists", async () => {
    const { leg, track } = bed({ muted: true });
    await leg.start();
    expect(track.enabled).toBe(false);
    leg.mute(false);
    expect(track.enabled).toBe(true);
  });

  it.each([
    ["NotAllowedError", "microphone_denied"],
    ["NotFoundError", "microphone_missing"],
    ["NotReadableError", "microphone_busy"],
  ])("says why there is no microphone: %s", async (name, failure) => {
    const { leg } = bed({
      devices: { getUserMedia: () => Promise.reject(Object.assign(new Error(""), { name })) },
    });
    await leg.start();
    expect(leg.state.get()).toMatchObject({ phase: "failed", failure });
  });

  it("builds a new path when the old one failed, with the same microphone", async () => {
    const { leg, peers, clock, getUserMedia } = bed();
    await leg.start();
    peers[0]!.become("connected");
    peers[0]!.become("failed");
    expect(leg.state.get().phase).toBe("reconnecting");
    clock.pass(100);
    await settle();
    expect(peers).toHaveLength(2);
    expect(peers[0]!.closed).toBe(true);
    peers[1]!.become("connected");
    expect(leg.state.get().phase).toBe("connected");
    expect(getUserMedia).toHaveBeenCalledTimes(1);
  });

  it("lets a short gap mend itself", async () => {
    const { leg, peers, clock } = bed();
    await leg.start();
    peers[0]!.become("connected");
    peers[0]!.become("disconnected");
    clock.pass(1_000);
    peers[0]!.become("connected");
    clock.pass(10_000);
    expect(peers).toHaveLength(1);
    peers[0]!.become("disconnected");
    clock.pass(3_000);
    await settle();
    expect(peers).toHaveLength(2);
  });

  it("keeps trying while the server cannot be reached, and gives up when it refuses", async () => {
    const answers = [
      () => Promise.reject(new ProblemError({ code: "network" })),
      () => Promise.reject(new ProblemError({ code: "unavailable", status: 503 })),
      () => Promise.reject(new ProblemError({ code: "not_found", status: 404 })),
    ];
    const { leg, clock, peers } = bed({ negotiate: () => answers.shift()!() });
    await leg.start();
    for (let turn = 0; turn < 2; turn++) {
      clock.pass(5_000);
      await settle();
    }
    expect(peers).toHaveLength(3);
    expect(leg.state.get()).toMatchObject({ phase: "failed", failure: "refused", problem: { code: "not_found" } });
  });

  it("does not fight when the other end closed the path on purpose", async () => {
    const { leg, peers, clock } = bed();
    await leg.start();
    peers[0]!.become("connected");
    peers[0]!.transport.state = "closed";
    peers[0]!.transport.onstatechange?.();
    clock.pass(60_000);
    expect(leg.state.get().phase).toBe("ended");
    expect(peers).toHaveLength(1);
    leg.reconnect();
    await settle();
    expect(peers).toHaveLength(2);
  });

  it("frees the microphone when closed, even while the person is still being asked", async () => {
    const { leg, track, peers } = bed();
    void leg.start();
    leg.close();
    await settle();
    expect(track.stop).toHaveBeenCalled();
    expect(peers).toHaveLength(0);
    expect(leg.state.get().phase).toBe("closed");
  });
});
