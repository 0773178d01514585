import { type Random, seededRandom } from '../demo/seeded-random.js';

/** A seed made of a number and a name (FNV-1a), so that each part of a run draws from a chance of its own. */
export function seedOf(seed: number, name: string): number {
  let mixed = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) mixed = Math.imul(mixed ^ name.charCodeAt(i), 0x01000193);
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 0;
}

/** Gives each name a chance of its own: what one part of a run draws never shifts what another one does. */
export const chances =
  (seed: number) =>
  (name: string): Random =>
    seededRandom(seedOf(seed, name));

/** A span of milliseconds. */
export type Span = readonly [least: number, most: number];

/** A length within a span. */
export const within = (random: Random, [least, most]: Span): number => least + random.next() * (most - least);
