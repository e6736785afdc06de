import { Menu as Base } from "@base-ui/react/menu";
import { Fragment, type ReactElement, type ReactNode } from "react";
import { Icon, type IconName } from "./Icon.tsx";

export interface MenuAction {
  id: string;
  label: string;
  icon?: IconName;
  danger?: boolean;
  disabled?: boolean;
  /** Why it is disabled, or what it will do. */
  hint?: string;
  onSelect: () => void;
}

export interface MenuChoice {
  value: string;
  label: string;
  glyph?: ReactNode;
}

export type MenuGroup =
  | { kind: "actions"; label?: string; items: MenuAction[] }
  | { kind: "choice"; label: string; value: string; choices: MenuChoice[]; onChange: (value: string) => void };

/** A button with a list of actions and choices. `trigger` is the button. */
export function Menu(props: { trigger: ReactElement; groups: MenuGroup[]; align?: "start" | "end" }): ReactNode {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={props.trigger} />
      <Base.Portal>
        <Base.Positioner className="positioner" sideOffset={6} align={props.align ?? "end"} collisionPadding={8}>
          <Base.Popup className="popup">
            {props.groups.map((group, index) => (
              <Fragment key={group.label ?? index}>
                {index === 0 ? null : <Base.Separator className="menu-line" />}
                {group.kind === "actions" ? <Actions group={group} /> : <Choices group={group} />}
              </Fragment>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Actions({ group }: { group: Extract<MenuGroup, { kind: "actions" }> }): ReactNode {
  return (
    <Base.Group>
      {group.label === undefined ? null : <Base.GroupLabel className="menu-label">{group.label}</Base.GroupLabel>}
      {group.items.map((item) => (
        <Base.Item
          key={item.id}
          className={`menu-item ${item.danger === true ? "danger" : ""}`}
          disabled={item.disabled ?? false}
          onClick={item.onSelect}
          title={item.hint}
        >
          {item.icon === undefined ? null : <Icon name={item.icon} size="small" />}
          <span className="text">{item.label}</span>
        </Base.Item>
      ))}
    </Base.Group>
  );
}

function Choices({ group }: { group: Extract<MenuGroup, { kind: "choice" }> }): ReactNode {
  return (
    <Base.Group>
      <Base.GroupLabel className="menu-label">{group.label}</Base.GroupLabel>
      <Base.RadioGroup value={group.value} onValueChange={(value: string) => group.onChange(value)}>
        {group.choices.map((choice) => (
          <Base.RadioItem key={choice.value} value={choice.value} className="menu-item" closeOnClick>
            {choice.glyph}
            <span className="text">{choice.label}</span>
            <span className="check-mark" aria-hidden="true">
              ✓
            </span>
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  );
}
