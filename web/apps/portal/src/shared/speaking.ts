import { microphoneFailure, stopTracks, type MediaFailure, type MediaLeg } from "@madoguchi/client";

/**
 * Gives a leg that listened a microphone, or takes it away, on the path that there is: nobody hears a seam. Says why there
 * is none, or null. Without one the leg goes on listening.
 */
export async function speak(
  leg: MediaLeg,
  on: boolean,
  audio: MediaTrackConstraints | true = true,
  devices: Pick<MediaDevices, "getUserMedia"> | undefined = (globalThis.navigator as Partial<Navigator> | undefined)?.mediaDevices,
): Promise<MediaFailure | null> {
  const before = leg.microphone.get();
  if (!on) {
    leg.microphone.set(null);
    await leg.sender?.replaceTrack(null);
    if (before !== null) stopTracks(before);
    return null;
  }
  if (before !== null) return null;
  if (devices === undefined) return "unsupported";
  try {
    const stream = await devices.getUserMedia({ audio, video: false });
    if (leg.state.get().phase === "closed") {
      stopTracks(stream);
      return null;
    }
    leg.microphone.set(stream);
    leg.mute(leg.state.get().muted);
    await leg.sender?.replaceTrack(stream.getAudioTracks()[0] ?? null);
    return null;
  } catch (error) {
    return microphoneFailure(error);
  }
}
