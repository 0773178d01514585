import type { ObjectStore } from '../../stores/objects.js';
import { mergeLines } from './merge.js';
import { pairIn } from './presence.js';
import { readPieces, type SortedRun } from './run-pieces.js';

/** Lines of runs in one order: those whose pair comes after `after`. */
export async function* linesOfRuns(
  objects: ObjectStore,
  runs: readonly SortedRun[],
  after: string,
): AsyncGenerator<string> {
  let isBehind = after !== '';
  for await (const line of mergeLines(runs.map((run) => readPieces(objects, run, after)))) {
    isBehind = isBehind && pairIn(line) <= after;
    if (!isBehind) yield line;
  }
}
