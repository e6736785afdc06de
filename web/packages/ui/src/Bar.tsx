import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon.tsx";

/** A message across the page with its actions. `urgent` is announced at once. */
export function Bar(props: {
  tone: "warning" | "danger" | "info";
  icon: IconName;
  children: ReactNode;
  actions?: ReactNode;
  role?: "status" | "alert" | "region";
  label?: string;
}): ReactNode {
  return (
    <div className="bar" data-tone={props.tone} role={props.role} aria-label={props.label}>
      <Icon name={props.icon} />
      <span className="text">{props.children}</span>
      {props.actions}
    </div>
  );
}
