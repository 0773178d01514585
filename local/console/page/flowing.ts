import type { Sums } from '../told.js';

/** What passes a second, by name. */
export interface Flowing {
  readonly doors: ReadonlyMap<string, number>;
  readonly connections: ReadonlyMap<string, number>;
}

interface Sample {
  readonly at: number;
  readonly sums: Sums;
}

const OVER_MS = 3_000;
let samples: readonly Sample[] = [];

/** How fast each door and connection goes, from the sums of the latest seconds. `at` is epoch milliseconds. */
export function flowing(now: Sums | undefined, at: number): Flowing {
  if (!now) return { doors: new Map(), connections: new Map() };
  samples = [...samples.filter((one) => at - one.at <= OVER_MS && one.at !== at), { at, sums: now }];
  const [past] = samples;
  const took = Math.max(1, (at - (past?.at ?? at)) / 1_000);
  const before = past?.sums;
  const doors = now.doors.map(({ name, records }): [string, number] => {
    const was = before?.doors.find((one) => one.name === name)?.records ?? 0;
    return [name, Math.max(0, records - was) / took];
  });
  const connections = now.connections.map(({ name, accepted, refused, failed }): [string, number] => {
    const was = before?.connections.find((one) => one.name === name);
    const sent = (was?.accepted ?? 0) + (was?.refused ?? 0) + (was?.failed ?? 0);
    return [name, Math.max(0, accepted + refused + failed - sent) / took];
  });
  return { doors: new Map(doors), connections: new Map(connections) };
}
