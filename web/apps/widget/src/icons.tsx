/** Line icons, drawn for 20 by 20. */
const PATHS = {
  chat: "M3 4.5h14v9H8l-4 3.2v-3.2H3z",
  phone: "M5 3h3l1.4 3.6-1.9 1.5a9 9 0 0 0 4.4 4.4l1.5-1.9L17 12v3c0 1.1-.9 2-2 2C8.9 17 3 11.1 3 5c0-1.1.9-2 2-2z",
  close: "M5 5l10 10M15 5L5 15",
  back: "M12.5 4L6.5 10l6 6",
  clip: "M15.5 9.2l-5.6 5.6a3.4 3.4 0 0 1-4.8-4.8l6.2-6.2a2.3 2.3 0 0 1 3.2 3.2l-6.1 6.1a1.1 1.1 0 0 1-1.6-1.6l5.4-5.4",
  send: "M3.5 10L17 3.5 13.2 17l-3-5.4z",
  mute: "M10 3a2.2 2.2 0 0 1 2.2 2.2v4.2a2.2 2.2 0 0 1-4.4 0V5.2A2.2 2.2 0 0 1 10 3zM5 9.5a5 5 0 0 0 10 0M10 14.5V17M4 4l12 12",
  microphone: "M10 3a2.2 2.2 0 0 1 2.2 2.2v4.2a2.2 2.2 0 0 1-4.4 0V5.2A2.2 2.2 0 0 1 10 3zM5 9.5a5 5 0 0 0 10 0M10 14.5V17",
  keypad: "M5 5h.01M10 5h.01M15 5h.01M5 10h.01M10 10h.01M15 10h.01M5 15h.01M10 15h.01M15 15h.01",
  next: "M7.5 4l6 6-6 6",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={name === "keypad" ? "icon dots" : "icon"} viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
