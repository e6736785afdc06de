/** Text from catalogues `{key: "text with {placeholders}"}`, one per language, all with the keys of the first. */

export type Params = Readonly<Record<string, string | number>>;
export type Catalogue<Key extends string> = Readonly<Record<Key, string>>;

export type Translate<Key extends string> = (key: Key, params?: Params) => string;

/** Returns the function that gives a key's text with its placeholders filled in. */
export function translator<Key extends string>(catalogue: Catalogue<Key>): Translate<Key> {
  return (key, params) => {
    const text = catalogue[key];
    return params === undefined ? text : fill(text, params);
  };
}

/** Fills `{name}` from `params`; unknown names stay as they are. */
export function fill(text: string, params: Params): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

/** The names of a text's placeholders, sorted. */
export function placeholders(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();
}

/** Returns the first of `supported` that the person prefers, else the first. */
export function preferredLanguage<Language extends string>(
  supported: readonly [Language, ...Language[]],
  wanted: readonly string[],
): Language {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split("-")[0];
    const found = supported.find((language) => language === base);
    if (found !== undefined) return found;
  }
  return supported[0];
}
