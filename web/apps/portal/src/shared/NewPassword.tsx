import { TextField } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { useT } from "./text.tsx";

const SHORTEST = 12;

export type Strength = "short" | "fair" | "good" | "strong";

/** How hard to guess a password is, as the server says it too: its length counts most. */
export function strengthOf(password: string): Strength {
  const letters = Array.from(password).length;
  if (letters < SHORTEST) return "short";
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{N}]/u].filter((kind) => kind.test(password)).length;
  if (letters + kinds > 20) return "strong";
  return letters + kinds > 15 ? "good" : "fair";
}

/** A field for a new password that says in words how good it is. */
export function NewPassword(props: { value: string; onChange: (value: string) => void; error: string | null; large?: boolean }): ReactNode {
  const t = useT();
  return (
    <TextField
      label={t("welcome.password")}
      type="password"
      autoComplete="new-password"
      large={props.large ?? false}
      value={props.value}
      onChange={(event) => props.onChange(event.target.value)}
      hint={props.value === "" ? t("welcome.password_hint", { count: SHORTEST }) : t(`welcome.strength.${strengthOf(props.value)}`)}
      error={props.error}
    />
  );
}
