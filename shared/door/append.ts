import { Fault } from '../core/fault.js';
import type { Clock } from '../core/ports.js';
import type { Appender, Entry, Fate } from './ports.js';

/** What appending takes from outside. */
export interface AppendDeps {
  readonly appender: Appender;
  readonly clock: Clock;
  /** Uniform in [0, 1), for jitter. */
  readonly random: () => number;
}

/** Bounds of the back-off, milliseconds: a shard that is full has room again within a second. */
const BASE_MS = 40;
const CAP_MS = 400;
/** A try with less time than this is not begun. */
const LEAST_MS = 50;

const isFinal = (fate: Fate | undefined): boolean => fate?.kind === 'durable' || fate?.kind === 'too-large';

const lost = (place: string, why: string, cause?: unknown): Fate => ({
  kind: 'unavailable',
  fault: new Fault('stream.unavailable', `the stream ${place} ${why}`, { cause }),
});

/** Why what is no longer needed is ended: made once, because each call ends a timer. */
const DONE = new Error('no longer needed');

/** What became of entries. */
export interface Appended {
  /** One per entry, same order. */
  readonly fates: readonly Fate[];
  /** False when no time was left to ask the stream: its silence says nothing of it. */
  readonly asked: boolean;
}

/** One try, ended at the deadline whatever the service or its client are doing. */
async function tryOnce(
  entries: readonly Entry[],
  deadline: number,
  { appender, clock }: AppendDeps,
): Promise<readonly Fate[]> {
  const [work, timer] = [new AbortController(), new AbortController()];
  const all = (fate: Fate): readonly Fate[] => entries.map(() => fate);
  const late = clock.sleep(deadline - clock.now(), timer.signal).then(
    () => all(lost(appender.place, 'gave no answer in time')),
    () => [],
  );
  const tried = appender
    .append(entries, work.signal)
    .catch((cause: unknown) => all(lost(appender.place, 'could not be written', cause)));
  try {
    return await Promise.race([tried, late]);
  } finally {
    timer.abort(DONE);
    work.abort(DONE);
  }
}

/**
 * Appends all entries, trying those again that were refused for the moment, until the deadline (epoch milliseconds). Gives
 * one fate per entry, same order, and never later than that.
 */
export async function appendAll(
  entries: readonly Entry[],
  deadline: number,
  deps: AppendDeps,
): Promise<Appended> {
  const { appender, clock, random } = deps;
  let asked = false;
  const fates: (Fate | undefined)[] = entries.map(() => undefined);
  let left = entries.map((entry, index) => ({ entry, index }));
  for (let tries = 0; left.length > 0 && deadline - clock.now() >= LEAST_MS; tries++) {
    asked = true;
    const answers = await tryOnce(
      left.map(({ entry }) => entry),
      deadline,
      deps,
    );
    for (const [i, { index }] of left.entries())
      fates[index] = answers[i] ?? lost(appender.place, 'said nothing of an entry');
    left = left.filter(({ index }) => !isFinal(fates[index]));
    const wait = Math.round(random() * Math.min(CAP_MS, BASE_MS * 2 ** tries));
    if (left.length === 0 || clock.now() + wait + LEAST_MS > deadline) break;
    await clock.sleep(wait);
  }
  return { fates: fates.map((fate) => fate ?? lost(appender.place, 'was not asked in time')), asked };
}
