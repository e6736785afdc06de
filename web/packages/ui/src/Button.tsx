import type { ComponentProps, ReactNode } from "react";
import { Icon, type IconName } from "./Icon.tsx";

export type ButtonKind = "plain" | "primary" | "danger" | "quiet";

export interface ButtonProps extends Omit<ComponentProps<"button">, "children"> {
  kind?: ButtonKind;
  icon?: IconName;
  /** Shown on the button and told to assistive technology, e.g. `Alt+M`. */
  shortcut?: string | undefined;
  large?: boolean;
  busy?: boolean;
  children: ReactNode;
}

export function Button(props: ButtonProps): ReactNode {
  const { kind = "plain", icon, shortcut, large, busy, children, className, disabled, ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      className={["button", kind, large === true ? "large" : "", className ?? ""].join(" ")}
      disabled={disabled === true || busy === true}
      aria-busy={busy === true ? true : undefined}
      aria-keyshortcuts={shortcut}
    >
      {busy === true ? <span className="spinner" /> : icon === undefined ? null : <Icon name={icon} size="small" />}
      <span>{children}</span>
      {shortcut === undefined ? null : (
        <span className="kbd" aria-hidden="true">
          {shortcut.replace("+", " ")}
        </span>
      )}
    </button>
  );
}

export interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  icon: IconName;
  /** What it does: its accessible name and its tooltip. */
  label: string;
  large?: boolean;
}

export function IconButton({ icon, label, large, className, ...rest }: IconButtonProps): ReactNode {
  return (
    <button
      type="button"
      title={label}
      {...rest}
      aria-label={label}
      className={["button icon-only", large === true ? "large" : "", className ?? ""].join(" ")}
    >
      <Icon name={icon} />
    </button>
  );
}
