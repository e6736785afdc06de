import { IconButton, Menu, notify, type Density, type Theme } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { useValue } from "../../shared/hooks.ts";
import { useServices } from "../../shared/services.ts";
import { useT } from "../../shared/text.tsx";

export interface AccountMenuProps {
  onProfile: () => void;
  onSound: () => void;
  onShortcuts: () => void;
  onSignOut: () => void;
}

/** The user's own matters: look of the page, sound and voice, shortcuts, signing out. */
export function AccountMenu(props: AccountMenuProps): ReactNode {
  const t = useT();
  const { can, session, settings } = useServices();
  const { theme, density } = useValue(settings);
  const set = (change: { theme?: Theme; density?: Density }): void => settings.set({ ...settings.get(), ...change });
  return (
    <Menu
      trigger={<IconButton large icon="user" label={t("account.of", { name: session.user.name })} />}
      groups={[
        {
          kind: "choice",
          label: t("account.theme"),
          value: theme,
          choices: (["system", "light", "dark"] as const).map((value) => ({ value, label: t(`theme.${value}`) })),
          onChange: (value) => set({ theme: value as Theme }),
        },
        {
          kind: "choice",
          label: t("account.density"),
          value: density,
          choices: (["compact", "default", "comfortable"] as const).map((value) => ({ value, label: t(`density.${value}`) })),
          onChange: (value) => set({ density: value as Density }),
        },
        {
          kind: "actions",
          label: session.user.name,
          items: [
            { id: "me", label: t("me.title"), icon: "user", onSelect: props.onProfile },
            { id: "sound", label: t("account.sound"), icon: "volume", onSelect: props.onSound },
            ...(can("desk")
              ? [{ id: "shortcuts", label: t("account.shortcuts"), icon: "keypad" as const, onSelect: props.onShortcuts }]
              : []),
            { id: "sign_out", label: t("account.sign_out"), icon: "logout", onSelect: props.onSignOut },
          ],
        },
      ]}
    />
  );
}

/** Asks the browser to allow desktop notifications; true if it does. */
export async function askForNotifications(refused: string): Promise<boolean> {
  if (!("Notification" in window)) return false;
  const answer = await Notification.requestPermission();
  if (answer !== "granted") notify({ title: refused, error: true });
  return answer === "granted";
}
