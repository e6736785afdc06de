import { Button, Icon, Nothing } from "@madoguchi/ui";
import { useMemo, useState, type ReactNode } from "react";
import { useAllRows, useView } from "../../shared/hooks.ts";
import { useShortcuts } from "../../shared/keys.ts";
import { useServices } from "../../shared/services.ts";
import { useT } from "../../shared/text.tsx";
import { ViewGate } from "../../shared/ViewGate.tsx";
import { CallView } from "./CallView.tsx";
import { ChatPane } from "./ChatPane.tsx";
import { DialDialog } from "./DialDialog.tsx";
import { useDialOutcome } from "./dialled.ts";
import { ConsumerPanel } from "./ConsumerPanel.tsx";
import { order, select, sortDesk, type Selected } from "./model.ts";
import { SessionList } from "./SessionList.tsx";
import { WrapUp } from "./WrapUp.tsx";

export interface DeskPageProps {
  chosen: string | undefined;
  onChoose: (id: string | undefined) => void;
}

/** The agent's workplace: what he has on the left, the one he works on in the middle, the consumer on the right. */
export function DeskPage(props: DeskPageProps): ReactNode {
  const t = useT();
  const desk = useView("desk");
  return (
    <main className="desk" id="main">
      <h1 className="visually-hidden">{t("nav.desk")}</h1>
      <ViewGate subscription={desk}>
        <Workplace {...props} />
      </ViewGate>
    </main>
  );
}

function Workplace({ chosen, onChoose }: DeskPageProps): ReactNode {
  const t = useT();
  const rows = useAllRows(useView("desk"));
  const desk = useMemo(() => sortDesk(rows), [rows]);
  const selected = select(desk, chosen);
  const [panel, setPanel] = useState(false);
  const [dialling, setDialling] = useState(false);
  const { session } = useServices();
  const dials = session.permissions.includes("outbound");
  const follow = useDialOutcome(desk.calls);
  const id = selected?.row.id;

  const step = (by: number): void => {
    const ids = order(desk);
    if (ids.length === 0) return;
    const at = id === undefined ? 0 : ids.indexOf(id) + by;
    onChoose(ids[(at + ids.length) % ids.length]);
  };
  useShortcuts({
    ArrowUp: () => step(-1),
    ArrowDown: () => step(1),
    ...(dials ? { KeyP: () => setDialling(true) } : {}),
  });

  // On a phone one column is on screen: the list, or what was chosen from it.
  const column = chosen !== undefined && selected !== null ? (panel ? "panel" : "work") : "list";
  return (
    <div className="workplace" data-column={column}>
      <SessionList desk={desk} selected={id} onChoose={onChoose} {...(dials ? { onDial: () => setDialling(true) } : {})} />
      <div className="work">
        <div className="phone-only switcher">
          <Button kind="quiet" onClick={() => (panel ? setPanel(false) : onChoose(undefined))}>
            <Icon name="back" size="small" /> {t(panel ? "desk.back_to_talk" : "desk.back_to_list")}
          </Button>
          <Button kind="quiet" icon="user" onClick={() => setPanel(true)}>
            {t("consumer.profile")}
          </Button>
        </div>
        {selected === null ? <Idle waiting={desk.presence?.status === "available"} /> : <Work key={selected.row.id} selected={selected} />}
      </div>
      <DialDialog
        open={dialling}
        onClose={() => setDialling(false)}
        onDialled={(call) => {
          follow(call);
          onChoose(call);
        }}
      />
      {selected === null ? null : (
        <div className="panel-column">
          <div className="phone-only switcher">
            <Button kind="quiet" onClick={() => setPanel(false)}>
              <Icon name="back" size="small" /> {t("desk.back_to_talk")}
            </Button>
          </div>
          <ConsumerPanel selected={selected} />
        </div>
      )}
    </div>
  );
}

function Work({ selected }: { selected: Selected }): ReactNode {
  switch (selected.kind) {
    case "call":
      return <CallView call={selected.row} />;
    case "chat":
      return <ChatPane chat={selected.row} />;
    case "wrap_up":
      return <WrapUp row={selected.row} />;
  }
}

function Idle({ waiting }: { waiting: boolean }): ReactNode {
  const t = useT();
  const { session } = useServices();
  return (
    <Nothing icon="desk" title={t(waiting ? "desk.idle_available" : "desk.idle_away", { name: session.user.name })}>
      <p>{t(waiting ? "desk.idle_available_detail" : "desk.idle_away_detail")}</p>
    </Nothing>
  );
}
