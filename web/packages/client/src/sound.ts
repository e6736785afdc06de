import { Observable } from "./observable.ts";

export type Alert = "call" | "chat";

interface Note {
  at: number;
  span: number;
  hz: readonly number[];
}

interface Pattern {
  /** One round, in seconds, pause included. */
  round: number;
  notes: readonly Note[];
}

const PATTERNS: Readonly<Record<Alert, Pattern>> = {
  call: {
    round: 2.4,
    notes: [
      { at: 0, span: 0.36, hz: [784, 988] },
      { at: 0.42, span: 0.36, hz: [784, 988] },
      { at: 0.84, span: 0.5, hz: [1175, 1480] },
    ],
  },
  chat: {
    round: 4,
    notes: [
      { at: 0, span: 0.14, hz: [880] },
      { at: 0.17, span: 0.28, hz: [1319] },
    ],
  },
};

/** One round of an alert as samples between -1 and 1: soft bells with a short attack, then silence. */
export function alertRound(alert: Alert, sampleRate: number): Float32Array<ArrayBuffer> {
  const { round, notes } = PATTERNS[alert];
  const samples = new Float32Array(Math.round(round * sampleRate));
  for (const note of notes) {
    const first = Math.round(note.at * sampleRate);
    const count = Math.round(note.span * sampleRate);
    for (let index = 0; index < count; index++) {
      const t = index / sampleRate;
      const envelope = Math.min(1, t / 0.008) * Math.exp((-3.2 * t) / note.span) * Math.min(1, (note.span - t) / 0.02);
      let value = 0;
      for (const hz of note.hz) value += Math.sin(2 * Math.PI * hz * t) + 0.25 * Math.sin(4 * Math.PI * hz * t);
      samples[first + index] = ((samples[first + index] ?? 0) + (0.5 * envelope * value) / (1.25 * note.hz.length)) * 0.9;
    }
  }
  return samples;
}

/**
 * Rings as long as it is told that there is something to ring for. There is no start and no stop to forget: `follow` takes
 * what the state says now. Repetition is a loop on the audio clock, which hidden tabs do not slow down.
 */
export class Ringer {
  /** Whether the browser lets us make sound; false until a click in this page's life has enabled it. */
  readonly enabled = new Observable(false);
  readonly #create: () => AudioContext;
  #context: AudioContext | null = null;
  #wanted: Alert | null = null;
  #source: AudioBufferSourceNode | null = null;
  #playing: Alert | null = null;
  readonly #buffers = new Map<Alert, AudioBuffer>();

  constructor(create: () => AudioContext = () => new AudioContext()) {
    this.#create = create;
  }

  /** Call from a click: only then browsers allow sound. */
  async enable(): Promise<boolean> {
    try {
      if (this.#context === null) {
        this.#context = this.#create();
        this.#context.onstatechange = () => this.#stateChanged();
      }
      await this.#context.resume();
    } catch {
      return false;
    }
    this.#stateChanged();
    return this.enabled.get();
  }

  /** Makes the sound fit the state: an alert, or silence. */
  follow(alert: Alert | null): void {
    this.#wanted = alert;
    this.#apply();
  }

  /** Plays one round, for "test my alerts" and for single events. */
  once(alert: Alert): void {
    if (this.#context === null || this.#playing !== null) return;
    const source = this.#sourceOf(alert, this.#context);
    source.start();
  }

  #stateChanged(): void {
    this.enabled.set(this.#context?.state === "running");
    this.#apply();
  }

  #apply(): void {
    const wanted = this.enabled.get() ? this.#wanted : null;
    if (wanted === this.#playing || this.#context === null) return;
    this.#source?.stop();
    this.#source?.disconnect();
    this.#source = null;
    this.#playing = wanted;
    if (wanted === null) return;
    this.#source = this.#sourceOf(wanted, this.#context);
    this.#source.loop = true;
    this.#source.start();
  }

  #sourceOf(alert: Alert, context: AudioContext): AudioBufferSourceNode {
    let buffer = this.#buffers.get(alert);
    if (buffer === undefined) {
      const samples = alertRound(alert, context.sampleRate);
      buffer = context.createBuffer(1, samples.length, context.sampleRate);
      buffer.copyToChannel(samples, 0);
      this.#buffers.set(alert, buffer);
    }
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(context.destination);
    return source;
  }
}

/** Measures how loud a stream is. */
export class LevelMeter {
  readonly #context: AudioContext;
  readonly #analyser: AnalyserNode;
  readonly #source: MediaStreamAudioSourceNode;
  readonly #samples: Float32Array<ArrayBuffer>;

  constructor(stream: MediaStream, context: AudioContext = new AudioContext()) {
    this.#context = context;
    this.#analyser = context.createAnalyser();
    this.#analyser.fftSize = 512;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source = context.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
  }

  /** 0 (silence) to 1 (as loud as it gets), over the last 10 ms, on a scale that fits ears: -60 dB is 0. */
  level(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return loudness(this.#samples);
  }

  close(): void {
    this.#source.disconnect();
    void this.#context.close();
  }
}

/** Root mean square on a decibel scale, 0 at -60 dB and below, 1 at 0 dB. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  if (rms < 0.001) return 0;
  return Math.min(1, 1 + Math.log10(rms) / 3);
}
