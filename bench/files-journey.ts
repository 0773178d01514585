import { systemClock } from '../shared/clock.js';
import { ok } from '../shared/core/fault.js';
import { openSources } from '../shared/files/intake/open-sources.js';
import { personKeysBy } from '../shared/files/intake/person-lines.js';
import { runFile } from '../shared/files/intake/run-file.js';
import type { FileSource } from '../shared/files/intake/source.js';
import type { FilePlace } from '../shared/files/ports.js';
import { noMetrics } from '../shared/metrics/none.js';
import { inflate } from '../shared/pipeline/inflate.js';
import { createPipeline } from '../shared/pipeline/run.js';
import { memoryQueue } from '../shared/stores/memory-queue.js';
import { folderObjects, generatedPlace, journeyConfig, nearStore, takesAll } from './files-ground.js';
import { generatedCsv, leaversOf } from './files-rows.js';
import { endWithParent, withFolder } from './tidy.js';

// A process of its own: works on files from their place to the target, and tells the parent how far it is, and in the end what
// that took at the most.
// Arguments: rows of a file; `snapshot` for two full exports one after the other, of which the second lacks some persons.

const rows = Number(process.argv[2]);
const isSnapshot = process.argv[3] === 'snapshot';

const FILES = ['members_20260901_020000.csv', 'members_20260902_020000.csv'] as const;

const nowhere = { park: async (): Promise<void> => undefined, bury: async (): Promise<void> => undefined };

const counts = { delivered: 0, exits: 0 };
/** Rows looked at: each is read twice, to the end of its file and again to act. */
let looked = 0;

/** A source that counts the rows it is asked about, of that place. */
const counted = (source: FileSource, place: FilePlace): FileSource => ({
  ...source,
  place: async () => place,
  async reader(...args) {
    const reader = await source.reader(...args);
    if (!reader.ok) return reader;
    const { bodyOf } = reader.value;
    const count: typeof bodyOf = (row) => {
      looked += 1;
      return bodyOf(row);
    };
    return ok({ ...reader.value, bodyOf: count });
  },
});

/** Everything around the worker, as a deployment has it, but for what lies outside of its process. */
function deps(folder: string) {
  const { rules, files } = journeyConfig(isSnapshot);
  const clock = systemClock;
  const log = {
    write(_level: string, event: string, fields: Readonly<Record<string, unknown>>) {
      const { delivered = 0 } = Object(fields['endings']);
      if (event === 'file') counts.delivered += Number(delivered);
      if (event === 'file.export') counts.exits += Number(delivered);
    },
  };
  const store = nearStore();
  const skipped = leaversOf(rows);
  const contents = new Map([
    [FILES[0], generatedCsv(rows, 1, FILES[0])],
    [FILES[1], generatedCsv(rows - skipped, 1 + skipped, FILES[1])],
  ] as const);
  const place = generatedPlace(contents, clock.now() - 60_000);
  const secrets = { get: async () => '' };
  const opened = openSources(files, { rules, secrets, clock, log, random: Math.random });
  const sources = new Map<string, FileSource>(
    [...opened].map(([name, source]) => [name, counted(source, place)]),
  );
  let ids = 0;
  const newId = () => `bench-${++ids}`;
  const pipeline = createPipeline({
    ...{ rules, store, inflate, parking: nowhere, deadLetters: nowhere, clock, log, newId },
    connectors: new Map([['sales', takesAll]]),
    observer: { batch: () => undefined, delivery: () => undefined },
    metrics: noMetrics,
    random: Math.random,
    pseudonym: (person) => person,
  });
  const queue = memoryQueue('files', clock, 900_000);
  const objects = folderObjects(folder);
  return { sources, pipeline, store, queue, objects, personKeys: personKeysBy(rules), clock, log, newId };
}

let most = 0;
const sample = (): void => {
  most = Math.max(most, process.memoryUsage.rss());
};
const timer = setInterval(sample, 20);
const start = performance.now();
const seconds = (): number => (performance.now() - start) / 1000;
const teller = setInterval(() => process.send?.({ looked, most, seconds: seconds() }), 15_000);
endWithParent();
await withFolder('bench', async (folder) => {
  const world = deps(folder);
  const options = { stop: new AbortController().signal, waiting: async () => undefined };
  for (const name of isSnapshot ? FILES : FILES.slice(0, 1))
    await runFile({ work: 'rows', source: 'bench', name }, world, options);
});
clearInterval(timer);
clearInterval(teller);
sample();
process.send?.({ ...counts, most, seconds: seconds() }, () => process.disconnect());
