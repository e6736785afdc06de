import { dateAndTime } from "@madoguchi/client";
import type { CallRow, ChatRow } from "@madoguchi/protocol";
import { useServices } from "./services.ts";
import { useLanguage, type T } from "./text.tsx";

/** A time of day, with its date where that is another one. */
export function At({ time }: { time: string | null | undefined }): string {
  const language = useLanguage();
  const { connection } = useServices();
  return time === null || time === undefined ? "–" : dateAndTime(time, language, connection.now());
}

/** Whether somebody called us, called an agent, or was called. */
export function callType(t: T, call: Pick<CallRow, "direction" | "direct">): string {
  if (call.direction === "outbound") return t("boards.outbound");
  return t(call.direct === true ? "boards.direct" : "boards.inbound");
}

/** What boards find interactions by, besides people's names. */
export function searchWords(row: CallRow | ChatRow): string[] {
  const path = row.queue === null ? [] : [row.queue.names, ...row.queue.path];
  const phone = row.consumer.phone ?? "";
  return [row.consumer.name, phone, row.agent?.name ?? "", row.id, ...path.flatMap((names) => [names.ja, names.en])];
}
