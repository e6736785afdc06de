import { Toast as Base } from "@base-ui/react/toast";
import type { ReactNode } from "react";
import { IconButton } from "./Button.tsx";
import { Icon } from "./Icon.tsx";

const toasts = Base.createToastManager();

/** Tells the person something that needs no answer. Errors stay longer and are announced at once. */
export function notify(message: { title: string; detail?: string; error?: boolean }): void {
  toasts.add({
    title: message.title,
    ...(message.detail === undefined || message.detail === "" ? {} : { description: message.detail }),
    type: message.error === true ? "error" : "info",
    timeout: message.error === true ? 10_000 : 5_000,
    priority: message.error === true ? "high" : "low",
  });
}

/** Where messages appear; wraps the whole page. */
export function ToastProvider(props: { children: ReactNode; closeLabel: string; label: string }): ReactNode {
  return (
    <Base.Provider toastManager={toasts} limit={4}>
      {props.children}
      <Base.Portal>
        <Base.Viewport className="toasts" aria-label={props.label}>
          <List closeLabel={props.closeLabel} />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function List({ closeLabel }: { closeLabel: string }): ReactNode {
  const manager = Base.useToastManager();
  return manager.toasts.map((toast) => (
    <Base.Root key={toast.id} toast={toast} className="toast">
      <Icon name={toast.type === "error" ? "warning" : "info"} />
      <Base.Content className="content">
        <Base.Title className="title" render={<span />} />
        <Base.Description render={<span />} />
      </Base.Content>
      <Base.Close render={<IconButton icon="close" label={closeLabel} />} />
    </Base.Root>
  ));
}
