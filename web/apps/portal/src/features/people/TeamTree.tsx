import { Icon } from "@madoguchi/ui";
import { useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useT } from "../../shared/text.tsx";
import { shownTeams, treeStep, type Team } from "./model.ts";

/** Teams as a tree that keys move through; the chosen one filters the users. */
export function TeamTree(props: {
  teams: readonly Team[];
  chosen: string | undefined;
  onChoose: (team: string | undefined) => void;
}): ReactNode {
  const t = useT();
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState<string | null>(null);
  const items = useRef(new Map<string, HTMLLIElement>());
  const shown = shownTeams(props.teams, collapsed);
  const holder = shown.some((team) => team.id === (focused ?? props.chosen)) ? (focused ?? props.chosen) : shown[0]?.id;

  const toggle = (team: string): void =>
    setCollapsed((before) => {
      const after = new Set(before);
      if (!after.delete(team)) after.add(team);
      return after;
    });

  const pressed = (event: KeyboardEvent, team: Team): void => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      props.onChoose(props.chosen === team.id ? undefined : team.id);
      return;
    }
    const move = treeStep(props.teams, collapsed, team.id, event.key);
    if (move === null) return;
    event.preventDefault();
    if ("toggle" in move) toggle(move.toggle);
    else {
      setFocused(move.focus);
      items.current.get(move.focus)?.focus();
    }
  };

  return (
    <ul className="team-tree" role="tree" aria-label={t("people.teams")}>
      {shown.map((team) => {
        const opens = props.teams.some((one) => one.parent === team.id);
        return (
          <li
            key={team.id}
            ref={(element) => {
              if (element === null) items.current.delete(team.id);
              else items.current.set(team.id, element);
            }}
            role="treeitem"
            aria-level={team.depth + 1}
            aria-selected={props.chosen === team.id}
            aria-expanded={opens ? !collapsed.has(team.id) : undefined}
            tabIndex={team.id === holder ? 0 : -1}
            data-depth={Math.min(team.depth, 8)}
            onFocus={() => setFocused(team.id)}
            onKeyDown={(event) => pressed(event, team)}
            onClick={() => props.onChoose(props.chosen === team.id ? undefined : team.id)}
          >
            <span
              className="twist"
              data-open={opens && !collapsed.has(team.id) ? "" : undefined}
              onClick={(event) => {
                if (!opens) return;
                event.stopPropagation();
                toggle(team.id);
              }}
            >
              {opens ? <Icon name="chevron" size="small" /> : null}
            </span>
            <span className="text">{team.name}</span>
            <span className="num muted">
              {team.members}
              <span className="visually-hidden">{t("people.team_item", { managers: team.managers })}</span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
