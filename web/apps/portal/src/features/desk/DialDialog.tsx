import { asProblem } from "@madoguchi/client";
import { Bar, Button, Dialog, SelectField, TextField } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState, type ReactNode } from "react";
import { useAction } from "../../shared/hooks.ts";
import { queuePath } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "+", "0", "-"] as const;

/** Calls a number or an extension. */
export function DialDialog(props: { open: boolean; onClose: () => void; onDialled: (call: string) => void }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api } = useServices();
  const [number, setNumber] = useState("");
  const [queue, setQueue] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const queues = useQuery({ queryKey: ["queues"], queryFn: api.queues, enabled: props.open });
  const [busy, run] = useAction((error) => {
    const found = asProblem(error);
    if (found.field === "number") setWrong(problemText(t, found));
    else setProblem(problemText(t, found));
  });
  const close = (): void => {
    setNumber("");
    setWrong(null);
    setProblem(null);
    props.onClose();
  };
  const dial = (): void => {
    setWrong(null);
    setProblem(null);
    if (number.trim() === "") return;
    void run(async () => {
      const made = await api.dial(number.trim(), queue === "" ? null : queue);
      close();
      props.onDialled(made.call);
    });
  };
  const press = (key: string): void => {
    setNumber((before) => before + key);
    setWrong(null);
  };
  return (
    <Dialog
      open={props.open}
      onClose={close}
      title={t("dial.title")}
      closeLabel={t("action.close")}
      initialFocus={field}
      narrow
      footer={
        <>
          <Button onClick={close}>{t("action.cancel")}</Button>
          <Button kind="primary" icon="phone" disabled={number.trim() === ""} busy={busy} onClick={dial}>
            {t("dial.call")}
          </Button>
        </>
      }
    >
      <form
        className="dial"
        onSubmit={(event) => {
          event.preventDefault();
          dial();
        }}
      >
        {problem === null ? null : (
          <Bar tone="danger" icon="warning" role="alert">
            {problem}
          </Bar>
        )}
        <TextField
          ref={field}
          label={t("dial.number")}
          hint={t("dial.number_hint")}
          error={wrong}
          type="tel"
          autoComplete="off"
          maxLength={40}
          large
          value={number}
          onChange={(event) => {
            setNumber(event.target.value);
            setWrong(null);
          }}
        />
        <div className="keys" role="group" aria-label={t("call.keypad")}>
          {KEYS.map((key) => (
            <button key={key} type="button" className="button large" onClick={() => press(key)}>
              {key}
            </button>
          ))}
        </div>
        <SelectField
          label={t("dial.queue")}
          hint={t("dial.queue_hint")}
          value={queue}
          onChange={(event) => setQueue(event.target.value)}
          options={[
            { value: "", label: t("dial.no_queue") },
            ...(queues.data?.queues ?? []).map((one) => ({ value: one.id, label: queuePath({ ...one }, language) })),
          ]}
        />
      </form>
    </Dialog>
  );
}
