import { Dialog } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { useT, type TextKey } from "../../shared/text.tsx";

const SHORTCUTS: readonly (readonly [string, TextKey])[] = [
  ["Alt A", "offer.accept"],
  ["Alt X", "offer.decline"],
  ["Alt M", "call.mute"],
  ["Alt H", "call.hold"],
  ["Alt T", "call.transfer"],
  ["Alt P", "dial.title"],
  ["Alt ↑ / ↓", "shortcut.session"],
  ["Esc", "shortcut.close"],
  ["Enter", "chat.send"],
  ["Shift Enter", "shortcut.new_line"],
];

export function ShortcutsDialog({ open, onClose }: { open: boolean; onClose: () => void }): ReactNode {
  const t = useT();
  return (
    <Dialog open={open} onClose={onClose} title={t("account.shortcuts")} closeLabel={t("action.close")} narrow>
      <dl className="shortcuts">
        {SHORTCUTS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <span className="kbd">{keys}</span>
            </dt>
            <dd>{t(what)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
