import { asProblem, fileSize, newId, type ProblemError, type Upload } from "@madoguchi/client";
import { Button, Icon, IconButton } from "@madoguchi/ui";
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useServices } from "../../shared/services.ts";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";

interface Entry {
  id: string;
  file: File;
  part: number;
  problem: ProblemError | null;
}

export interface Uploads {
  entries: readonly Entry[];
  add: (files: File[]) => void;
  retry: (id: string) => void;
  remove: (id: string) => void;
}

/** Files on their way into a chat. A file keeps its id when tried again, so it cannot arrive twice. */
export function useUploads(chat: string): Uploads {
  const { api } = useServices();
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const running = useRef(new Map<string, Upload>());

  const change = useCallback((id: string, change: Partial<Entry>) => {
    setEntries((before) => before.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)));
  }, []);
  const send = useCallback(
    (id: string, file: File) => {
      const upload = api.attach(chat, file, id, (part) => change(id, { part }));
      running.current.set(id, upload);
      upload.done
        .then(
          () => setEntries((before) => before.filter((entry) => entry.id !== id)),
          (error: unknown) => change(id, { problem: asProblem(error) }),
        )
        .finally(() => running.current.delete(id));
    },
    [api, chat, change],
  );
  useEffect(() => {
    const uploads = running.current;
    return () => {
      for (const upload of uploads.values()) upload.cancel();
    };
  }, []);

  return useMemo(
    () => ({
      entries,
      add: (files) => {
        const added = files.map((file) => ({ id: newId(), file, part: 0, problem: null }));
        setEntries((before) => [...before, ...added]);
        for (const entry of added) send(entry.id, entry.file);
      },
      retry: (id) => {
        const entry = entries.find((each) => each.id === id);
        if (entry === undefined) return;
        change(id, { problem: null, part: 0 });
        send(id, entry.file);
      },
      remove: (id) => {
        running.current.get(id)?.cancel();
        setEntries((before) => before.filter((entry) => entry.id !== id));
      },
    }),
    [entries, send, change],
  );
}

export function UploadList({ uploads }: { uploads: Uploads }): ReactNode {
  const t = useT();
  const language = useLanguage();
  if (uploads.entries.length === 0) return null;
  return (
    <ul className="uploads" aria-label={t("attachment.uploads")}>
      {uploads.entries.map((entry) => (
        <li key={entry.id} data-failed={entry.problem === null ? undefined : ""}>
          <Icon name={entry.problem === null ? "file" : "warning"} size="small" />
          <span className="name">{entry.file.name}</span>
          <span className="muted">{fileSize(entry.file.size, language)}</span>
          {entry.problem === null ? (
            <progress value={entry.part} max={1} aria-label={t("attachment.sending", { name: entry.file.name })} />
          ) : (
            <span className="error" role="alert">
              {problemText(t, entry.problem)}
            </span>
          )}
          {entry.problem?.retryable === true ? (
            <Button kind="quiet" onClick={() => uploads.retry(entry.id)}>
              {t("action.retry")}
            </Button>
          ) : null}
          <IconButton
            icon="close"
            label={t("attachment.remove", { name: entry.file.name })}
            onClick={() => uploads.remove(entry.id)}
          />
        </li>
      ))}
    </ul>
  );
}
