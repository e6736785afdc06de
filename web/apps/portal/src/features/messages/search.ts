/** What the page keeps in the URL. */
export interface MessageSearch {
  /** The message that is being edited, `greeting.ja`. */
  edit?: string;
  /** A language that is shown though it is not live. */
  also?: string;
}

export function readMessageSearch(raw: Record<string, unknown>): MessageSearch {
  const result: MessageSearch = {};
  if (typeof raw["edit"] === "string" && /^[a-z_]+\.[a-z]{2,3}$/.test(raw["edit"])) result.edit = raw["edit"];
  if (typeof raw["also"] === "string" && /^[a-z]{2}$/.test(raw["also"])) result.also = raw["also"];
  return result;
}
