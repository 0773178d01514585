import { type Presence, pairIn, pairsOfOthers, presenceOf } from './presence.js';

/** Sorted lines, read anew at each call. */
export type Lines = () => AsyncGenerator<string>;

/** Of one audience: how many were in it, and how many of them are missing. */
export interface Turnover {
  was: number;
  gone: number;
}

/** Persons who are missing under one id and known under others are asked for so many at a time. */
const AT_ONCE = 50_000;

/** Members alone, each pair once. */
async function* membersOf(lines: Lines): AsyncGenerator<Presence> {
  let last = '';
  for await (const line of lines()) {
    const presence = presenceOf(line);
    if (!presence.member || presence.pair === last) continue;
    last = presence.pair;
    yield presence;
  }
}

/** Members whose own id is not among those present. Both are sorted, so one pass over each is enough. */
async function* missing(
  before: Lines,
  present: Lines,
  turnover: (audience: string) => Turnover,
): AsyncGenerator<Presence> {
  const now = present();
  let { value, done } = await now.next();
  for await (const member of membersOf(before)) {
    turnover(member.audience).was += 1;
    while (!done && pairIn(value ?? '') < member.pair) ({ value, done } = await now.next());
    if (done || pairIn(value ?? '') !== member.pair) yield member;
  }
  await now.return(undefined);
}

/** Those of a batch who are not present under another id either. */
async function strangers(batch: readonly Presence[], present: Lines): Promise<readonly Presence[]> {
  if (batch.length === 0) return batch;
  const byPair = new Map<string, Presence[]>();
  for (const one of batch)
    for (const pair of pairsOfOthers(one)) byPair.set(pair, [...(byPair.get(pair) ?? []), one]);
  const found = new Set<Presence>();
  for await (const line of present()) for (const one of byPair.get(pairIn(line)) ?? []) found.add(one);
  return batch.filter((one) => !found.has(one));
}

/**
 * Who was a member before and is not present now under any of their ids, counted by audience. Both sides are read as
 * streams; what is in memory does not depend on how many there are.
 */
export async function* goneFrom(
  before: Lines,
  present: Lines,
  counts: Map<string, Turnover>,
): AsyncGenerator<Presence> {
  const turnover = (audience: string): Turnover => {
    const known = counts.get(audience) ?? { was: 0, gone: 0 };
    counts.set(audience, known);
    return known;
  };
  const count = (one: Presence): Presence => {
    turnover(one.audience).gone += 1;
    return one;
  };
  let batch: Presence[] = [];
  for await (const one of missing(before, present, turnover)) {
    if (pairsOfOthers(one).length === 0) yield count(one);
    else batch.push(one);
    if (batch.length < AT_ONCE) continue;
    for (const stranger of await strangers(batch, present)) yield count(stranger);
    batch = [];
  }
  for (const stranger of await strangers(batch, present)) yield count(stranger);
}
