import type { Json } from '../core/ports.js';

/** About a tenth of a second, counted so that one step is one value looked at. */
const MOST_STEPS = 10_000_000;

/** Values in a value, itself included, and characters of its texts. */
export interface Extent {
  readonly values: number;
  readonly letters: number;
}

/** How much there is in a value. */
export function extentOf(value: Json): Extent {
  let values = 0;
  let letters = 0;
  const left: Json[] = [value];
  for (let item = left.pop(); item !== undefined; item = left.pop()) {
    values += 1;
    if (typeof item === 'string') letters += item.length;
    else if (typeof item === 'object' && item !== null)
      for (const child of Object.values(item)) left.push(child);
  }
  return { values, letters };
}

/**
 * Whether an expression of so many nodes, with loops nested so deep, ends soon over values of an extent. No list or text
 * that it can make is longer than all it reads and is written with, so each loop goes round that often at most, and one
 * node looks at that much at most.
 */
export function endsSoon(nodes: number, depth: number, { values, letters }: Extent): boolean {
  const rounds = (nodes + values) ** depth;
  const perNode = 1 + (nodes + values + letters / 8) / 32;
  return nodes * rounds * perNode <= MOST_STEPS;
}
