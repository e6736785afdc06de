import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

export function Tabs<Value extends string>(props: {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  tabs: { value: Value; label: string; content: ReactNode }[];
}): ReactNode {
  return (
    <Base.Root value={props.value} onValueChange={(value: Value) => props.onChange(value)}>
      <Base.List className="tab-list" aria-label={props.label} activateOnFocus>
        {props.tabs.map((tab) => (
          <Base.Tab key={tab.value} value={tab.value} className="tab">
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {props.tabs.map((tab) => (
        <Base.Panel key={tab.value} value={tab.value}>
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
