/** The names that stand in the places of a canned reply's variables. */
export interface ReplyNames {
  consumer: string;
  agent: string;
}

export const VARIABLES = ["consumer", "agent"] as const satisfies readonly (keyof ReplyNames)[];

/** Puts the names in the places of `{consumer}` and `{agent}`. */
export function fillIn(text: string, names: ReplyNames): string {
  return text.replaceAll("{consumer}", names.consumer).replaceAll("{agent}", names.agent);
}

/** What stands in braces like a variable and is none: it would be sent as it is written. */
export function unknownVariables(text: string): string[] {
  const found = [...text.matchAll(/\{(\w+)\}/gu)].map((each) => each[1] ?? "");
  return [...new Set(found)].filter((name) => !VARIABLES.some((known) => known === name));
}
