import type { ChatRow, MessageRow, TranscriptMessage } from "@madoguchi/protocol";
import { Dialog } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { useMemo, type ReactNode } from "react";
import { Conversation } from "./Conversation.tsx";
import { Unanswered } from "./QueryState.tsx";
import { RoutingWhy } from "./RoutingWhy.tsx";
import { useServices } from "./services.ts";
import { useT } from "./text.tsx";

/** A chat that is over, and whose it was. */
export interface PastChat extends Pick<ChatRow, "id" | "state" | "language"> {
  name: string;
}

/** What was said in a chat that is over. */
export function TranscriptDialog({ chat, onClose }: { chat: PastChat | null; onClose: () => void }): ReactNode {
  const t = useT();
  const { api } = useServices();
  return (
    <Dialog
      open={chat !== null}
      onClose={onClose}
      title={chat === null ? t("transcript.title") : t("transcript.of", { name: chat.name })}
      closeLabel={t("action.close")}
      className="transcript"
      footer={
        chat === null ? null : (
          <a className="button" href={api.transcriptUrl(chat.id, "txt")} download={`${chat.id}.txt`}>
            {t("transcript.download")}
          </a>
        )
      }
    >
      {chat === null ? null : <Transcript chat={chat} />}
    </Dialog>
  );
}

function Transcript({ chat }: { chat: PastChat }): ReactNode {
  const t = useT();
  const { api, can } = useServices();
  const query = useQuery({ queryKey: ["transcript", chat.id], queryFn: () => api.transcript(chat.id) });
  const rows = useMemo(() => query.data?.messages.map(asRow) ?? [], [query.data]);
  if (query.data === undefined) return <Unanswered query={query} />;
  return (
    <>
      {can("chats.view") ? (
        <details className="why">
          <summary>{t("why.title")}</summary>
          <RoutingWhy kind="chat" id={chat.id} version={chat.state} titled={false} />
        </details>
      ) : null}
      <Conversation label={t("transcript.title")} rows={rows} side="agent" language={chat.language} attachmentUrl={api.attachmentUrl} />
    </>
  );
}

function asRow(message: TranscriptMessage): MessageRow {
  return { ...message, id: `m${message.seq}`, kind: "message", sender_id: "", client_id: null };
}
