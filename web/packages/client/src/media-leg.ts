import { backoffMs, systemClock, type Clock, type Random } from "./clock.ts";
import { Observable } from "./observable.ts";
import { asProblem, type ProblemError } from "./problem.ts";

export type MediaPhase =
  | "idle"
  /** The browser asks the person for the microphone. */
  | "asking"
  | "connecting"
  | "connected"
  /** The path broke and is being built anew. */
  | "reconnecting"
  /** The other end closed it on purpose: the call went on elsewhere, or is over. */
  | "ended"
  | "failed"
  | "closed";

export type MediaFailure = "microphone_denied" | "microphone_missing" | "microphone_busy" | "unsupported" | "refused";

export interface MediaState {
  phase: MediaPhase;
  muted: boolean;
  failure: MediaFailure | null;
  /** The server's refusal, where `failure` is `refused`. */
  problem: ProblemError | null;
  /** The browser will not play until the person clicks something: call `resume` from that click. */
  blocked: boolean;
}

/** Sends the offer to the server and returns its answer. */
export type Negotiate = (offerSdp: string) => Promise<string>;

export interface MediaLegOptions {
  negotiate: Negotiate;
  /** Hear only: the browser is not asked for a microphone. It may be given one later, by `sender` and `microphone`. */
  listenOnly?: boolean;
  /** Constraints of the microphone. */
  audio?: MediaTrackConstraints;
  muted?: boolean;
  /** Where to play; the default output when empty. */
  sinkId?: string;
  devices?: Pick<MediaDevices, "getUserMedia">;
  createPeer?: () => RTCPeerConnection;
  createSink?: () => HTMLAudioElement;
  clock?: Clock;
  random?: Random;
}

const GATHER_MS = 400;
/** A short gap mends itself; longer ones need a new path. */
const DISCONNECTED_MS = 2_500;
const CONNECT_MS = 8_000;

/**
 * One browser leg: microphone to server, server to loudspeaker. It keeps trying to stay connected until it is closed or
 * the server says that there is nothing to connect to any more.
 */
export class MediaLeg {
  readonly state: Observable<MediaState>;
  /** What comes from the server, for level meters; null until connected. */
  readonly remote = new Observable<MediaStream | null>(null);
  readonly microphone = new Observable<MediaStream | null>(null);
  readonly #options: MediaLegOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  #peer: RTCPeerConnection | null = null;
  #sink: HTMLAudioElement | null = null;
  #timer: (() => void) | null = null;
  #attempt = 0;
  #generation = 0;

  constructor(options: MediaLegOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.state = new Observable<MediaState>({
      phase: "idle",
      muted: options.muted ?? false,
      failure: null,
      problem: null,
      blocked: false,
    });
  }

  /** Asks for the microphone unless it only listens, then connects. Failures are in `state`. */
  async start(): Promise<void> {
    if (this.state.get().phase !== "idle" && this.state.get().phase !== "failed") return;
    const generation = ++this.#generation;
    this.#set({ phase: "asking", failure: null, problem: null });
    if (this.#options.listenOnly !== true && this.microphone.get() === null) {
      const devices = this.#options.devices ?? (globalThis.navigator as Navigator | undefined)?.mediaDevices;
      if (devices === undefined) {
        this.#fail("unsupported");
        return;
      }
      try {
        const stream = await devices.getUserMedia({ audio: this.#options.audio ?? true, video: false });
        if (generation !== this.#generation) {
          stopTracks(stream);
          return;
        }
        this.microphone.set(stream);
        this.#applyMute();
      } catch (error) {
        if (generation === this.#generation) this.#fail(microphoneFailure(error));
        return;
      }
    }
    this.#set({ phase: "connecting" });
    await this.#connect();
  }

  /** Silences the microphone here, at once; the server is told by whoever owns the call. */
  mute(on: boolean): void {
    this.#set({ muted: on });
    this.#applyMute();
  }

  /** What sends the microphone, on the path that there is; a leg that listens can be given one by it. */
  get sender(): RTCRtpSender | undefined {
    return this.#peer?.getSenders()[0];
  }

  /** Starts playing after the browser wanted a click first. */
  resume(): void {
    this.#play();
  }

  async playThrough(sinkId: string): Promise<void> {
    this.#options.sinkId = sinkId;
    await this.#sink?.setSinkId(sinkId);
  }

  /** Builds the path anew, keeping the microphone. */
  reconnect(): void {
    const { phase } = this.state.get();
    if (phase === "closed" || phase === "asking" || phase === "idle") return;
    this.#generation++;
    this.#set({ phase: "reconnecting", failure: null, problem: null });
    void this.#connect();
  }

  close(): void {
    if (this.state.get().phase === "closed") return;
    this.#generation++;
    this.#dropPeer();
    const microphone = this.microphone.get();
    if (microphone !== null) stopTracks(microphone);
    this.microphone.set(null);
    if (this.#sink !== null) {
      this.#sink.srcObject = null;
      this.#sink = null;
    }
    this.#set({ phase: "closed", blocked: false });
  }

  async #connect(): Promise<void> {
    this.#dropPeer();
    const generation = this.#generation;
    const current = (): boolean => generation === this.#generation;
    let peer: RTCPeerConnection;
    try {
      peer = this.#options.createPeer?.() ?? new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
    } catch {
      this.#fail("unsupported");
      return;
    }
    this.#peer = peer;
    peer.ontrack = (event) => {
      if (!current()) return;
      this.#hear(event.streams[0] ?? new MediaStream([event.track]));
    };
    peer.onconnectionstatechange = () => {
      if (current()) this.#changed(peer);
    };
    const track = this.microphone.get()?.getAudioTracks()[0];
    const stream = this.microphone.get();
    if (track !== undefined && stream !== null) peer.addTrack(track, stream);
    // In both directions: it sends nothing without a microphone, but one can be added without another negotiation.
    else peer.addTransceiver("audio");
    this.#after(CONNECT_MS, () => this.#again());
    try {
      await peer.setLocalDescription(await peer.createOffer());
      await this.#gathered(peer);
      if (!current()) return;
      const answer = await this.#options.negotiate(peer.localDescription?.sdp ?? "");
      if (!current()) return;
      await peer.setRemoteDescription({ type: "answer", sdp: answer });
      this.#watchTransport(peer, current);
    } catch (error) {
      if (!current()) return;
      const problem = asProblem(error);
      if (problem.retryable || problem.code === "unexpected") this.#again();
      else this.#refused(problem);
    }
  }

  /** The server sits on an address of its own, so a few host candidates are all that is needed, and soon. */
  #gathered(peer: RTCPeerConnection): Promise<void> {
    if (peer.iceGatheringState === "complete") return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.#clock.after(GATHER_MS, resolve);
      peer.onicegatheringstatechange = () => {
        if (peer.iceGatheringState !== "complete") return;
        stop();
        resolve();
      };
    });
  }

  #watchTransport(peer: RTCPeerConnection, current: () => boolean): void {
    const transport = (peer.getReceivers()[0])?.transport;
    if (transport === null || transport === undefined) return;
    transport.onstatechange = () => {
      if (!current() || transport.state !== "closed") return;
      this.#generation++;
      this.#dropPeer();
      this.#set({ phase: "ended" });
    };
  }

  #changed(peer: RTCPeerConnection): void {
    switch (peer.connectionState) {
      case "connected":
        this.#cancel();
        this.#attempt = 0;
        this.#set({ phase: "connected" });
        break;
      case "disconnected":
        this.#after(DISCONNECTED_MS, () => this.#again());
        break;
      case "failed":
        this.#again();
        break;
      default:
        break;
    }
  }

  #again(): void {
    this.#dropPeer();
    const phase = this.state.get().phase;
    this.#set({ phase: phase === "connecting" && this.#attempt === 0 ? "connecting" : "reconnecting" });
    const generation = ++this.#generation;
    const wait = this.#attempt === 0 ? 0 : backoffMs(this.#attempt, this.#random);
    this.#attempt++;
    this.#after(wait, () => {
      if (generation === this.#generation) void this.#connect();
    });
  }

  #hear(stream: MediaStream): void {
    this.remote.set(stream);
    this.#sink ??= this.#options.createSink?.() ?? new Audio();
    this.#sink.srcObject = stream;
    this.#sink.autoplay = true;
    const { sinkId } = this.#options;
    if (sinkId !== undefined && sinkId !== "") void this.#sink.setSinkId(sinkId).catch(() => undefined);
    this.#play();
  }

  #play(): void {
    if (this.#sink?.srcObject === null || this.#sink === null) return;
    this.#sink.play().then(
      () => this.#set({ blocked: false }),
      (error: unknown) => {
        if (error instanceof Error && error.name === "NotAllowedError") this.#set({ blocked: true });
      },
    );
  }

  #applyMute(): void {
    for (const track of this.microphone.get()?.getAudioTracks() ?? []) track.enabled = !this.state.get().muted;
  }

  #fail(failure: MediaFailure): void {
    this.#dropPeer();
    this.#set({ phase: "failed", failure });
  }

  #refused(problem: ProblemError): void {
    this.#dropPeer();
    this.#set({ phase: "failed", failure: "refused", problem });
  }

  #dropPeer(): void {
    this.#cancel();
    const peer = this.#peer;
    this.#peer = null;
    if (peer === null) return;
    peer.ontrack = null;
    peer.onconnectionstatechange = null;
    peer.close();
    this.remote.set(null);
  }

  #after(ms: number, then: () => void): void {
    this.#cancel();
    this.#timer = this.#clock.after(ms, then);
  }

  #cancel(): void {
    this.#timer?.();
    this.#timer = null;
  }

  #set(change: Partial<MediaState>): void {
    const before = this.state.get();
    if (before.phase === "closed") return;
    this.state.set({ ...before, ...change });
  }
}

export function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

export function microphoneFailure(error: unknown): MediaFailure {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "microphone_denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "microphone_missing";
  if (name === "NotReadableError" || name === "AbortError") return "microphone_busy";
  return "unsupported";
}
