import { Button, Check, Dialog, SelectField } from "@madoguchi/ui";
import { useEffect, useState, type ReactNode } from "react";
import { useValue } from "../../shared/hooks.ts";
import { useServices } from "../../shared/services.ts";
import type { Settings } from "../../shared/settings.ts";
import { useT } from "../../shared/text.tsx";
import { askForNotifications } from "./AccountMenu.tsx";

/** Which microphone and loudspeaker, and how to be alerted. */
export function SoundDialog({ open, onClose }: { open: boolean; onClose: () => void }): ReactNode {
  const t = useT();
  const { can, ringer, settings } = useServices();
  const current = useValue(settings);
  const devices = useDevices(open);
  const set = (change: Partial<Settings>): void => settings.set({ ...settings.get(), ...change });
  const options = (kind: MediaDeviceKind): { value: string; label: string }[] => [
    { value: "", label: t("sound.default_device") },
    ...devices
      .filter((device) => device.kind === kind && device.deviceId !== "" && device.deviceId !== "default")
      .map((device) => ({ value: device.deviceId, label: device.label || t("sound.unnamed_device") })),
  ];
  return (
    <Dialog open={open} onClose={onClose} title={t("account.sound")} closeLabel={t("action.close")} narrow>
      <div className="sound-form">
        <SelectField
          label={t("sound.speaker")}
          value={current.speaker}
          options={options("audiooutput")}
          onChange={(event) => set({ speaker: event.target.value })}
        />
        {can("desk") ? (
          <>
            <SelectField
              label={t("sound.microphone")}
              value={current.microphone}
              options={options("audioinput")}
              onChange={(event) => set({ microphone: event.target.value })}
            />
            <Check
              label={t("sound.processing")}
              checked={current.voiceProcessing}
              onChange={(event) => set({ voiceProcessing: event.target.checked })}
            />
            <p className="muted">{t("sound.next_call")}</p>
            <Check
              label={t("sound.notifications")}
              checked={current.notifications}
              onChange={(event) => {
                const { checked } = event.target;
                if (!checked) set({ notifications: false });
                else void askForNotifications(t("sound.notifications_refused")).then((allowed) => set({ notifications: allowed }));
              }}
            />
            <div className="actions">
              <Button icon="play" onClick={() => void ringer.enable().then(() => ringer.once("call"))}>
                {t("sound.test_call")}
              </Button>
              <Button icon="play" onClick={() => void ringer.enable().then(() => ringer.once("chat"))}>
                {t("sound.test_chat")}
              </Button>
            </div>
          </>
        ) : null}
      </div>
    </Dialog>
  );
}

/** The machine's audio devices, kept up to date while the dialog is open. */
function useDevices(open: boolean): readonly MediaDeviceInfo[] {
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([]);
  useEffect(() => {
    const source = (navigator as Partial<Navigator>).mediaDevices;
    if (!open || source === undefined) return undefined;
    const read = (): void => void source.enumerateDevices().then(setDevices, () => undefined);
    read();
    source.addEventListener("devicechange", read);
    return () => source.removeEventListener("devicechange", read);
  }, [open]);
  return devices;
}
