import * as z from 'zod';
import { type Finds, type Look, lookForLeavers, lookForMissing, lookForOthers } from './compare.js';
import { ComparisonTurn } from './comparison-turn.js';
import { type IntakeDeps, type Limits, SEGMENT_CHARACTERS, SEGMENT_LINES } from './deps.js';
import { fewerRuns } from './fewer-runs.js';
import { linesOfRuns } from './lines.js';
import { MOST_SOURCES } from './merge.js';
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
  /** The runs that are compared, once they have been merged into fewer. */
  before: z.array(SortedRun).optional(),
  now: z.array(SortedRun).optional(),
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

type Deps = Pick<
  IntakeDeps,
  'objects' | 'clock' | 'newId' | 'segmentLines' | 'segmentCharacters' | 'mostRuns'
>;

const noFinds = (): Finds => ({
  missing: [],
  asks: [],
  found: [],
  exits: [],
  turnover: new Map(),
  characters: 0,
});

const linesOf = ({ missing, asks, found, exits }: Finds): number =>
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

/** What each step reads. */
const READ = {
  missing: ['before', 'now'],
  others: ['asks', 'now'],
  leavers: ['missing', 'found'],
} as const;

type Step = keyof typeof READ;

/** Lists of runs as they are now. */
const listsOf = ({ before, now, ...state }: Comparison, compared: Compared) => ({
  ...state,
  before: before ?? compared.before,
  now: now ?? compared.now,
});

function looksOf(step: Step, state: Comparison, compared: Compared, { objects }: Deps): AsyncGenerator<Look> {
  const lists = listsOf(state, compared);
  const [one, other] = READ[step];
  const lines = (runs: readonly SortedRun[]) => linesOfRuns(objects, runs, state.after);
  const look = { missing: lookForMissing, others: lookForOthers, leavers: lookForLeavers }[step];
  return look(lines(lists[one]), lines(lists[other]));
}

/** Merges what a step reads until it is few enough to be read at once; false when time is up before. */
async function prepare(turn: ComparisonTurn, step: Step, compared: Compared, deps: Deps): Promise<boolean> {
  const { objects, newId, mostRuns = MOST_SOURCES } = deps;
  const merging = {
    objects,
    newPlace: () => `${compared.folder}/${newId()}`,
    most: mostRuns,
    mayGoOn: () => turn.mayGoOn(),
  };
  for (const list of READ[step]) {
    for (;;) {
      const fewer = await fewerRuns(listsOf(turn.state, compared)[list], merging);
      if (fewer === 'stopped') return false;
      if (fewer === 'enough') break;
      await turn.put({ ...turn.state, [list]: fewer });
    }
  }
  return true;
}

/**
 * Goes on with a comparison until it is done or time is up, whichever is first, and has `save` keep every position. Gives
 * how far it has come; at least one look further than before, once what it reads is in few enough runs. Throws what the
 * objects throw.
 */
export async function goOn(
  start: Comparison,
  compared: Compared,
  save: (state: Comparison) => Promise<void>,
  deps: Deps,
  limits: Limits,
): Promise<Comparison> {
  const { clock, segmentLines = SEGMENT_LINES, segmentCharacters = SEGMENT_CHARACTERS } = deps;
  const turn = new ComparisonTurn(start, save, clock, limits);
  let finds = noFinds();
  const isFull = (): boolean => linesOf(finds) >= segmentLines || finds.characters >= segmentCharacters;
  const keep = async (position: Pick<Comparison, 'after' | 'step'>): Promise<void> => {
    const found = await withFinds(turn.state, finds, compared, deps);
    finds = noFinds();
    await turn.put({ ...found, ...position });
  };
  for (let { step } = start; step !== 'done'; { step } = turn.state) {
    if (!(await prepare(turn, step, compared, deps))) return turn.state;
    let last = turn.state.after;
    for await (const look of looksOf(step, turn.state, compared, deps)) {
      // Between two that have the same place in the order nobody could take it up.
      if (look.key !== last && last !== turn.state.after) {
        const { isOver, isDue } = turn;
        if (isOver || isDue || isFull()) await keep({ step, after: last });
        if (isOver) return turn.state;
      }
      look.tell(finds);
      last = look.key;
    }
    await keep({ step: NEXT[step], after: '' });
  }
  return turn.state;
}
