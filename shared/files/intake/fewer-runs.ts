import type { ObjectStore } from '../../stores/objects.js';
import { linesOfRuns } from './lines.js';
import { type SortedRun, writeRun } from './run-pieces.js';

/** What merging takes. */
export interface Merging {
  readonly objects: ObjectStore;
  /** What the names of the pieces of a new run begin with; another one each time. */
  readonly newPlace: () => string;
  /** Runs that are read at once, two at least. */
  readonly most: number;
  /** Asked now and then whether to go on. */
  readonly mayGoOn: () => Promise<boolean>;
}

/** Lines between two looks at the clock. */
const STRETCH = 1000;

/** The runs to merge next: the shortest, and no more of them than it takes. */
function shortest(runs: readonly SortedRun[], most: number): readonly SortedRun[] {
  const count = Math.min(most, runs.length - most + 1);
  return [...runs].sort((one, other) => one.lines - other.lines).slice(0, count);
}

/**
 * The same lines in fewer runs: some of them are merged into one that lies beside them. `enough` when there are few enough to be
 * read at once, `stopped` when it may not go on; what has been written until then is nobody's.
 */
export async function fewerRuns(
  runs: readonly SortedRun[],
  { objects, newPlace, most, mayGoOn }: Merging,
): Promise<readonly SortedRun[] | 'enough' | 'stopped'> {
  if (runs.length <= most) return 'enough';
  const some = shortest(runs, most);
  let isStopped = false;
  async function* lines(): AsyncGenerator<string> {
    let count = 0;
    for await (const line of linesOfRuns(objects, some, '')) {
      isStopped = count % STRETCH === 0 && !(await mayGoOn());
      if (isStopped) return;
      count += 1;
      yield line;
    }
  }
  const merged = await writeRun(objects, newPlace(), lines());
  if (isStopped) return 'stopped';
  return [...runs.filter((run) => !some.includes(run)), merged];
}
