/** What draws the consumer back when a line came that he does not see: a soft sound, and a number before the page's title. */
export class Attention {
  #context: AudioContext | null = null;
  #unread = 0;

  /** Call from a click or a key: only then browsers allow sound. */
  enable(): void {
    try {
      this.#context ??= new AudioContext();
      void this.#context.resume().catch(() => undefined);
    } catch {
      // No sound on this machine: the number has to do.
    }
  }

  /** Makes sound and title fit the state; `watched`: the panel is open on a page that is on screen. */
  follow(unread: number, watched: boolean): void {
    if (unread > this.#unread && !watched) this.#ring();
    this.#unread = unread;
    const title = document.title.replace(/^\(\d+\) /, "");
    const wanted = unread > 0 && !watched ? `(${unread}) ${title}` : title;
    if (document.title !== wanted) document.title = wanted;
  }

  #ring(): void {
    const context = this.#context;
    if (context?.state !== "running") return;
    for (const [after, hertz] of [
      [0, 660],
      [0.14, 880],
    ] as const) {
      const at = context.currentTime + after;
      const tone = context.createOscillator();
      const loudness = context.createGain();
      tone.frequency.value = hertz;
      loudness.gain.setValueAtTime(0.12, at);
      loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.4);
      tone.connect(loudness).connect(context.destination);
      tone.start(at);
      tone.stop(at + 0.4);
    }
  }
}
