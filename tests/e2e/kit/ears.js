// Runs in every page before its own code. Hears what the page hears, counts what it asks for, changes nothing that a
// person would notice. `SETUP` is put in front: {hertz}: what the microphone says, null for the browser's own one.
(() => {
  const AUDIBLE = 400;
  const ears = (window.__ears = {
    peers: [],
    answers: 0,
    asked: 0,
    plays: [],
    changes: [],
    context: null,
  });

  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...options) {
      super(...options);
      const peer = { connection: this, analyser: null, events: [] };
      ears.peers.push(peer);
      this.addEventListener("track", (event) => {
        peer.events.push("track");
        for (const kind of ["mute", "unmute", "ended"]) event.track.addEventListener(kind, () => peer.events.push(kind));
        ears.context ??= new AudioContext({ sampleRate: 48000 });
        peer.analyser = ears.context.createAnalyser();
        peer.analyser.fftSize = 16384;
        ears.context.createMediaStreamSource(event.streams[0] ?? new MediaStream([event.track])).connect(peer.analyser);
      });
    }
    setRemoteDescription(description) {
      ears.answers++;
      return super.setRemoteDescription(description);
    }
  };

  // A tone is what the browser's noise suppression exists to remove: the tests speak into a microphone without it.
  const devices = navigator.mediaDevices;
  if (devices !== undefined) {
    const original = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (wanted) => {
      ears.asked++;
      const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
      const stream = await original({ ...wanted, audio: { ...(wanted.audio === true ? {} : wanted.audio), ...raw } });
      return SETUP.hertz === null ? stream : tone(SETUP.hertz, stream);
    };
  }

  function tone(hertz, permitted) {
    for (const track of permitted.getTracks()) track.stop();
    const context = new AudioContext({ sampleRate: 48000 });
    const oscillator = new OscillatorNode(context, { frequency: hertz });
    const out = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    oscillator.connect(new GainNode(context, { gain: 0.25 })).connect(out);
    oscillator.start();
    void context.resume();
    return out.stream;
  }

  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    const played = play.call(this);
    played.then(
      () => ears.plays.push("played"),
      (error) => ears.plays.push(error.name),
    );
    return played;
  };

  /** What the last third of a second had of each of `candidates`, in 16-bit amplitude, over all connected peers. */
  function amplitudes(candidates) {
    if (ears.context?.state === "suspended") void ears.context.resume();
    const best = Object.fromEntries(candidates.map((hertz) => [hertz, 0]));
    for (const { connection, analyser } of ears.peers) {
      if (analyser === null || connection.connectionState !== "connected") continue;
      const samples = new Float32Array(analyser.fftSize);
      analyser.getFloatTimeDomainData(samples);
      for (const hertz of candidates) {
        let [re, im, sum] = [0, 0, 0];
        for (let n = 0; n < samples.length; n++) {
          const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / (samples.length - 1));
          const turn = (2 * Math.PI * hertz * n) / 48000;
          re += samples[n] * window * Math.cos(turn);
          im += samples[n] * window * Math.sin(turn);
          sum += window;
        }
        best[hertz] = Math.max(best[hertz], (32768 * 2 * Math.hypot(re, im)) / sum);
      }
    }
    return best;
  }
  ears.amplitudes = amplitudes;
  ears.hears = (candidates) => candidates.filter((hertz) => amplitudes(candidates)[hertz] > AUDIBLE);

  /** What the streams that are received say about themselves. */
  ears.streams = async () => {
    const found = [];
    for (const { connection } of ears.peers) {
      if (connection.connectionState !== "connected") continue;
      for (const report of (await connection.getStats()).values()) {
        if (report.type === "inbound-rtp") {
          found.push({ ssrc: report.ssrc, lost: report.packetsLost, received: report.packetsReceived });
        }
      }
    }
    return found;
  };

  /** Notes every change of the page from now on but the text of running clocks and level meters. */
  ears.watch = () => {
    ears.changes.length = 0;
    ears.observer?.disconnect();
    ears.observer = new MutationObserver((records) => {
      for (const { type, target, addedNodes, removedNodes, attributeName } of records) {
        const nodes = [...addedNodes, ...removedNodes].filter((node) => node.nodeType === Node.ELEMENT_NODE);
        if (type === "childList") for (const node of nodes) ears.changes.push(node.outerHTML.slice(0, 200));
        else if (!target.closest("time, .timer, .since, .loudness, .level, [role=meter]")) {
          ears.changes.push(`${attributeName} of ${target.outerHTML.slice(0, 200)}`);
        }
      }
    });
    ears.observer.observe(document.documentElement, { subtree: true, childList: true, attributes: true });
  };
})();
