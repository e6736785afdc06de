/** What is wrong with a text, told while it is typed. The server checks again and has the last word. */
export type FaultKind =
  | "empty"
  | "too_long"
  | "unknown_variable"
  | "misplaced_variable"
  | "unclosed_variable"
  | "missing_variable";

export interface Fault {
  kind: FaultKind;
  /** How many characters stand before it. */
  position: number;
  name: string;
}

export interface Rule {
  variables: readonly string[];
  required: readonly string[];
  longest: number;
  /** All variables that any message has. */
  known: ReadonlySet<string>;
}

/** Returns the first thing that is wrong; null where the text can be saved. */
export function firstFault(text: string, rule: Rule): Fault | null {
  if (!/[\p{L}\p{N}]/u.test(text)) return { kind: "empty", position: 0, name: "" };
  const found: Fault[] = [];
  if (letters(text) > rule.longest) found.push({ kind: "too_long", position: rule.longest, name: "" });
  for (const match of text.matchAll(/@\{([^{}]*)(\}?)/g)) {
    const [name = "", closed = ""] = match.slice(1);
    const position = letters(text.slice(0, match.index));
    if (closed === "") found.push({ kind: "unclosed_variable", position, name: name.trim().split(/\s/)[0] ?? "" });
    else if (!rule.known.has(name)) found.push({ kind: "unknown_variable", position, name });
    else if (!rule.variables.includes(name)) found.push({ kind: "misplaced_variable", position, name });
  }
  found.sort((one, other) => one.position - other.position);
  const lacking = rule.required.find((name) => !text.includes(`@{${name}}`));
  if (found.length === 0 && lacking !== undefined) return { kind: "missing_variable", position: letters(text), name: lacking };
  return found[0] ?? null;
}

/** How many characters a text has, as the server counts: an emoji is one. */
export function letters(text: string): number {
  return Array.from(text).length;
}
