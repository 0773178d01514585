/** What of a list is in sight. */
export interface Sight {
  /** Indexes from the top: the first that is drawn, and the one after the last. */
  readonly from: number;
  readonly to: number;
}

/** Rows drawn beyond the edges, so that a quick hand sees no gaps. */
const BEYOND = 6;

/** Which rows of a list are drawn; heights and places in pixels. */
export function sightOf(count: number, rowHeight: number, scrollTop: number, height: number): Sight {
  const from = Math.max(0, Math.floor(scrollTop / rowHeight) - BEYOND);
  const to = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + BEYOND);
  return { from: Math.min(from, to), to };
}

/** Where to scroll so that a row is in sight; undefined when it is. */
export function scrollTo(
  index: number,
  rowHeight: number,
  scrollTop: number,
  height: number,
): number | undefined {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  return top + rowHeight > scrollTop + height ? top + rowHeight - height : undefined;
}
