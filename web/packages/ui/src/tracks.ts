const COLUMN_GAP = 12;
const ROW_PADDING = 24;

/** Returns how many pixels a table row needs at least, by its columns' grid tracks: `88px` or `minmax(120px, 1fr)`. */
export function leastWidth(columns: readonly { width: string }[]): number {
  const tracks = columns.map(({ width }) => parseFloat(width.replace("minmax(", "")));
  return tracks.reduce((sum, one) => sum + one, 0) + COLUMN_GAP * Math.max(0, columns.length - 1) + ROW_PADDING;
}
