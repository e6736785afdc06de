import { useEffect, useRef } from "react";

/** `KeyboardEvent.code` to what Alt with that key does. */
export type Shortcuts = Readonly<Partial<Record<string, () => void>>>;

/** The reduced event that shortcuts look at. */
export interface KeyPress {
  code: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  repeat: boolean;
  isComposing: boolean;
  getModifierState(key: "AltGraph"): boolean;
}

/**
 * Returns the code if the press is plain Alt with one key. AltGraph writes letters on many keyboards, and Windows reports
 * it as Ctrl+Alt, so both are left alone; so is everything while an input method composes.
 */
export function altCode(event: KeyPress): string | null {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return null;
  if (event.repeat || event.isComposing || event.getModifierState("AltGraph")) return null;
  return event.code;
}

/** Lets Alt with a key do something, as long as it lives. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const current = useRef(shortcuts);
  useEffect(() => {
    current.current = shortcuts;
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const code = altCode(event);
      const action = code === null ? undefined : current.current[code];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}

/** Whether the person is writing there, so that the focus must stay. */
export function isTyping(element: Element | null): boolean {
  if (element === null) return false;
  if (element.closest("[role=dialog],[role=alertdialog]") !== null) return true;
  return element.matches("input, textarea, select, [contenteditable=true]");
}

/** Whether Enter means "send": not while an input method composes, not with Shift. */
export function isSend(event: { key: string; shiftKey: boolean; isComposing: boolean; keyCode: number }): boolean {
  // Some browsers report the Enter that ends a composition as no longer composing, but with the code 229.
  return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
}
