/** Returns how many rows differ between what is shown and what there is: new, gone, or elsewhere. */
export function reorder(shown: readonly string[], ids: readonly string[]): number {
  if (shown === ids) return 0;
  const now = new Set(ids);
  const before = new Set(shown);
  let changes = 0;
  for (const id of shown) if (!now.has(id)) changes++;
  for (const id of ids) if (!before.has(id)) changes++;
  if (changes > 0) return changes;
  return ids.reduce((moved, id, index) => (shown[index] === id ? moved : moved + 1), 0);
}
