import { Observable, preferredLanguage } from "@madoguchi/client";
import type { Density, Theme } from "@madoguchi/ui";

export const LANGUAGES = ["en", "ja"] as const;
export type Language = (typeof LANGUAGES)[number];

/** What this browser remembers about how its user likes to work. */
export interface Settings {
  language: Language;
  theme: Theme;
  density: Density;
  microphone: string;
  speaker: string;
  /** Echo and noise suppression and automatic level; professional headsets do better without. */
  voiceProcessing: boolean;
  notifications: boolean;
}

const KEY = "madoguchi.settings";

function defaults(): Settings {
  return {
    language: preferredLanguage(LANGUAGES, navigator.languages),
    theme: "system",
    density: "default",
    microphone: "",
    speaker: "",
    voiceProcessing: true,
    notifications: false,
  };
}

/** Reads the settings, and writes them whenever they change. */
export function loadSettings(storage: Pick<Storage, "getItem" | "setItem">): Observable<Settings> {
  let kept: Partial<Settings> = {};
  try {
    kept = JSON.parse(storage.getItem(KEY) ?? "{}") as Partial<Settings>;
  } catch {
    // Unreadable or forbidden: the defaults serve.
  }
  const settings = new Observable<Settings>({ ...defaults(), ...kept });
  settings.subscribe(() => {
    try {
      storage.setItem(KEY, JSON.stringify(settings.get()));
    } catch {
      // Then they live as long as the page.
    }
  });
  return settings;
}

/** What to ask of the microphone. */
export function microphoneConstraints(settings: Settings): MediaTrackConstraints {
  const processing = settings.voiceProcessing;
  return {
    ...(settings.microphone === "" ? {} : { deviceId: { exact: settings.microphone } }),
    echoCancellation: processing,
    noiseSuppression: processing,
    autoGainControl: processing,
    channelCount: 1,
  };
}
