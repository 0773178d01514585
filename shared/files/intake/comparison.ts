import * as z from 'zod';
import { type Finds, type Look, lookForLeavers, lookForMissing, lookForOthers } from './compare.js';
import { type IntakeDeps, type Limits, SEGMENT_LINES } from './deps.js';
import { linesOfRuns } from './lines.js';
import { fileHash } from './progress.js';
import { SortedRun, writeRun } from './run-pieces.js';

const Count = z.int().min(0);
const Runs = z.array(SortedRun).default([]);

/**
 * How far a comparison has come. It goes over all members once to find who is `missing` under their own id, once over the
 * `others` of their ids, and once over the missing to find the `leavers`: whatever is in between lies with the objects, so
 * that it takes as many invocations as it takes, and no more memory for many than for few.
 */
export const Comparison = z.object({
  /** Of which runs, as {@link freshComparison} says. */
  of: z.string(),
  step: z.enum(['missing', 'others', 'leavers', 'done']),
  /** The last pair of this step that has been looked at. */
  after: z.string(),
  missing: Runs,
  asks: Runs,
  found: Runs,
  exits: Runs,
  turnover: z.record(z.string(), z.object({ was: Count, gone: Count })),
});
export type Comparison = z.infer<typeof Comparison>;

/** The runs that are compared, and where what is found lies. */
export interface Compared {
  readonly before: readonly SortedRun[];
  readonly now: readonly SortedRun[];
  readonly folder: string;
}

/** A comparison of these runs that has not begun. */
export const freshComparison = ({ before, now }: Compared): Comparison => ({
  of: fileHash(before.map(({ at }) => at).join('\n'), now.map(({ at }) => at).join('\n'), ''),
  step: 'missing',
  after: '',
  missing: [],
  asks: [],
  found: [],
  exits: [],
  turnover: {},
});

/** How often the position is kept, milliseconds. */
const SAVE_MS = 60_000;
/** Kept back of the time for writing down what was found, milliseconds. */
const MARGIN_MS = 15_000;

type Deps = Pick<IntakeDeps, 'objects' | 'clock' | 'newId' | 'segmentLines'>;

const noFinds = (): Finds => ({ missing: [], asks: [], found: [], exits: [], turnover: new Map() });

const sizeOf = ({ missing, asks, found, exits }: Finds): number =>
  missing.length + asks.length + found.length + exits.length;

/** Writes down what was found. */
async function withFinds(
  state: Comparison,
  { missing, asks, found, exits, turnover }: Finds,
  { folder }: Compared,
  { objects, newId }: Deps,
): Promise<Comparison> {
  const put = async (known: readonly SortedRun[], lines: readonly string[]): Promise<SortedRun[]> =>
    lines.length === 0 ? [...known] : [...known, await writeRun(objects, `${folder}/${newId()}`, lines)];
  const sums = { ...state.turnover };
  for (const [audience, { was, gone }] of turnover) {
    const known = sums[audience] ?? { was: 0, gone: 0 };
    sums[audience] = { was: known.was + was, gone: known.gone + gone };
  }
  return {
    ...state,
    missing: await put(state.missing, missing),
    asks: await put(state.asks, asks.sort()),
    found: await put(state.found, found.sort()),
    exits: await put(state.exits, exits),
    turnover: sums,
  };
}

const NEXT = { missing: 'others', others: 'leavers', leavers: 'done' } as const;

function looksOf(
  { step, after, missing, asks, found }: Comparison,
  { before, now }: Compared,
  { objects }: Deps,
): AsyncGenerator<Look> {
  const lines = (runs: readonly SortedRun[]) => linesOfRuns(objects, runs, after);
  if (step === 'missing') return lookForMissing(lines(before), lines(now));
  if (step === 'others') return lookForOthers(lines(asks), lines(now));
  return lookForLeavers(lines(missing), lines(found));
}

/**
 * Goes on with a comparison until it is done or time is up, whichever is first, and has `save` keep every position. Gives
 * how far it has come; at least one look further than before. Throws what the objects throw.
 */
export async function goOn(
  start: Comparison,
  compared: Compared,
  save: (state: Comparison) => Promise<void>,
  deps: Deps,
  { deadline, stop }: Limits,
): Promise<Comparison> {
  const { clock, segmentLines = SEGMENT_LINES } = deps;
  let state = start;
  let finds = noFinds();
  let saved = clock.now();
  const keep = async (position: Pick<Comparison, 'after' | 'step'>): Promise<void> => {
    state = { ...(await withFinds(state, finds, compared, deps)), ...position };
    finds = noFinds();
    await save(state);
    saved = clock.now();
  };
  for (let { step } = state; step !== 'done'; { step } = state) {
    let last = state.after;
    for await (const look of looksOf(state, compared, deps)) {
      // Between two that have the same place in the order nobody could take it up.
      if (look.key !== last && last !== state.after) {
        const isOver = clock.now() + MARGIN_MS >= deadline || stop?.aborted === true;
        const isTime = sizeOf(finds) >= segmentLines || clock.now() - saved >= SAVE_MS;
        if (isOver || isTime) await keep({ step, after: last });
        if (isOver) return state;
      }
      look.tell(finds);
      last = look.key;
    }
    await keep({ step: NEXT[step], after: '' });
  }
  return state;
}
