import { AlertDialog as BaseAlert } from "@base-ui/react/alert-dialog";
import { Dialog as BaseDialog } from "@base-ui/react/dialog";
import { useRef, type ReactNode, type RefObject } from "react";
import { Button, IconButton } from "./Button.tsx";

type Focus = RefObject<HTMLElement | null> | (() => HTMLElement | null);

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** Beside the title. */
  badge?: ReactNode;
  closeLabel: string;
  children: ReactNode;
  footer?: ReactNode;
  narrow?: boolean;
  initialFocus?: Focus;
  /** Where the focus goes afterwards; by default back to where it was. */
  finalFocus?: Focus;
  className?: string;
}

/** A window over the page. Esc and a click beside it close it. */
export function Dialog(props: DialogProps): ReactNode {
  return (
    <BaseDialog.Root
      open={props.open}
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
    >
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className="backdrop" />
        <BaseDialog.Popup
          className={`dialog ${props.narrow === true ? "narrow" : ""} ${props.className ?? ""}`}
          {...(props.initialFocus === undefined ? {} : { initialFocus: props.initialFocus })}
          {...(props.finalFocus === undefined ? {} : { finalFocus: props.finalFocus })}
        >
          <header>
            <BaseDialog.Title render={<h2 />}>{props.title}</BaseDialog.Title>
            {props.badge}
            <BaseDialog.Close render={<IconButton icon="close" label={props.closeLabel} />} />
          </header>
          <div className="body">{props.children}</div>
          {props.footer === undefined ? null : <footer>{props.footer}</footer>}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

export interface ConfirmProps {
  open: boolean;
  onCancel: () => void;
  onConfirm: () => void;
  title: string;
  children: ReactNode;
  confirmLabel: string;
  cancelLabel: string;
  busy?: boolean;
  error?: string | null;
  finalFocus?: Focus;
}

/** Asks before something that cannot be undone. The focus starts on Cancel. */
export function Confirm(props: ConfirmProps): ReactNode {
  const cancel = useRef<HTMLButtonElement>(null);
  return (
    <BaseAlert.Root
      open={props.open}
      onOpenChange={(open) => {
        if (!open) props.onCancel();
      }}
    >
      <BaseAlert.Portal>
        <BaseAlert.Backdrop className="backdrop" />
        <BaseAlert.Popup
          className="dialog narrow"
          initialFocus={cancel}
          {...(props.finalFocus === undefined ? {} : { finalFocus: props.finalFocus })}
        >
          <header>
            <BaseAlert.Title render={<h2 />}>{props.title}</BaseAlert.Title>
          </header>
          <BaseAlert.Description render={<div className="body" />}>{props.children}</BaseAlert.Description>
          {props.error === undefined || props.error === null ? null : (
            <div className="body" role="alert">
              {props.error}
            </div>
          )}
          <footer>
            <BaseAlert.Close render={<Button ref={cancel}>{props.cancelLabel}</Button>} />
            <Button kind="danger" busy={props.busy ?? false} onClick={props.onConfirm}>
              {props.confirmLabel}
            </Button>
          </footer>
        </BaseAlert.Popup>
      </BaseAlert.Portal>
    </BaseAlert.Root>
  );
}
