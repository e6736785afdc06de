import type { MenuAction } from "@madoguchi/ui";
import { useLive, useValue } from "./hooks.ts";
import { useServices } from "./services.ts";
import { useT } from "./text.tsx";

/** What a supervisor can do with a call in which people talk: listen, speak, stop. Empty where he may not listen. */
export function useMonitorActions(): (call: string, name: string) => MenuAction[] {
  const t = useT();
  const live = useLive();
  const { can, monitorings } = useServices();
  const active = useValue(monitorings.active);
  return (call, name) => {
    if (!can("monitor")) return [];
    if (active.some((each) => each.call === call)) {
      return [{ id: "stop", label: t("monitor.stop"), icon: "ear", onSelect: () => void monitorings.stop(call) }];
    }
    const listen: MenuAction = { id: "monitor", label: t("monitor.start"), icon: "ear", disabled: !live, onSelect: () => monitorings.start(call, name) };
    if (!can("barge")) return [listen];
    return [
      listen,
      { id: "whisper", label: t("monitor.whisper"), icon: "mic", disabled: !live, onSelect: () => monitorings.start(call, name, "whisper") },
      { id: "barge", label: t("monitor.barge"), icon: "users", disabled: !live, onSelect: () => monitorings.start(call, name, "barge") },
    ];
  };
}
