import { IconButton } from "@madoguchi/ui";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useT } from "../../shared/text.tsx";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
const SHOWN = 16;

/** Tones for the other side's menus; digits can also be typed. */
export function Keypad(props: { disabled: boolean; onDigit: (digit: string) => void; onClose: () => void }): ReactNode {
  const t = useT();
  const [pressed, setPressed] = useState("");
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector("button")?.focus(), []);
  const press = (digit: string): void => {
    setPressed((before) => (before + digit).slice(-SHOWN));
    props.onDigit(digit);
  };
  return (
    <div
      ref={box}
      className="keypad card"
      role="group"
      aria-label={t("call.keypad")}
      onKeyDown={(event) => {
        if (event.altKey || event.ctrlKey || event.metaKey) return;
        if (event.key === "Escape") {
          event.stopPropagation();
          props.onClose();
        } else if (!props.disabled && (KEYS as readonly string[]).includes(event.key)) {
          event.preventDefault();
          press(event.key);
        }
      }}
    >
      <output className="num">{pressed}</output>
      <IconButton icon="close" label={t("action.close")} onClick={props.onClose} />
      <div className="keys">
        {KEYS.map((key) => (
          <button key={key} type="button" className="button large" disabled={props.disabled} onClick={() => press(key)}>
            {key}
          </button>
        ))}
      </div>
    </div>
  );
}
