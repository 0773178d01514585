import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { LoadedRules } from '../shared/config/load-rules.js';
import { ok } from '../shared/core/fault.js';
import type { EventSource } from '../shared/events/event-source.js';
import { type EventRecord, readEvents } from '../shared/events/read-events.js';
import { personKeysBy } from '../shared/files/intake/person-lines.js';
import { standingNow } from '../shared/files/intake/standing-now.js';
import { decryptKeys } from '../shared/files/meaning/decrypt-keys.js';
import { type FileMeaning, fileMeaning } from '../shared/files/meaning/file-meaning.js';
import { openBatch } from '../shared/files/meaning/read-batch.js';
import type { FileBytes, FileEntry } from '../shared/files/ports.js';
import { openSecrets } from '../shared/secrets.js';
import { entriesText, entryNamed, entryOf, pathOf } from './batch-entry.js';
import { type ExportsTold, FullExports } from './full-exports.js';
import type { World } from './world.js';
import { WrongUse } from './wrong-use.js';

/** A record of a file; one of a batch file has its row for a line. */
export interface InputRecord extends EventRecord {
  /** When a deployment would count it as taken in, where the file says that; epoch milliseconds. */
  readonly at?: number;
  /** Nothing that the file says: the exit of somebody who is missing in a full export. */
  readonly isMissing?: boolean;
  /** Of the full export before: known, and nothing else. */
  readonly isPrevious?: boolean;
}

/** How files are taken for batch files. */
export interface BatchOptions {
  /** Compiled rules and the entries of `files:`. */
  readonly loaded: Pick<LoadedRules, 'files' | 'rules'>;
  /** The entry that is meant, whatever the names of the files are. */
  readonly as: string | undefined;
  /** Whether files are events, because their format was named. */
  readonly areEvents: boolean;
  /** Full exports that came before the files. */
  readonly previous: readonly EventSource[];
  /** Somebody would have to agree to so many exits, for this reason: whether they are given all the same. */
  readonly mayLeave: ExportsTold['mayLeave'];
}

/** What commands say of them. */
export const BATCH_HELP = `Files that the section files: of the rules is about are told by their names (and by their folders, where
several entries are about such names, or one is about any name), and read as it says: a line is a row then. Any other CSV is
refused where there is that section, unless --format csv says that it holds events. Of several full exports (snapshot) of one
entry each is compared with the one before it: whoever is missing leaves.`;

/** What commands say of the option for it. */
export const PREVIOUS_HELP = `--previous FILE    the full export (snapshot) before the first one here: its members are known, and those who are
                     missing leave; as often as it has parts`;

/** The bytes of a file here; `onBytes` hears of them as they are read. */
const bytesOf = (name: string, size: number, onBytes: (count: number) => void): FileBytes => ({
  name,
  size,
  async *open(from = 0, to = size) {
    if (to <= from) return;
    for await (const chunk of createReadStream(name, { start: from, end: to - 1 })) {
      const piece = chunk as Buffer; // no encoding is set
      onBytes(piece.length);
      yield piece;
    }
  },
});

/** What reading takes besides the file. */
interface Reading {
  readonly exports: FullExports;
  readonly onBytes: (count: number) => void;
  readonly world: World;
}

async function* readRows(
  { name }: EventSource,
  meaning: FileMeaning,
  isPrevious: boolean,
  { exports, onBytes, world }: Reading,
): AsyncGenerator<readonly InputRecord[]> {
  const { size, mtimeMs } = await stat(name);
  const entry: FileEntry = {
    name: pathOf(name),
    size,
    at: Math.floor(mtimeMs),
    version: `${size}-${mtimeMs}`,
  };
  const keys = await decryptKeys(meaning.rule, await openSecrets(world.env, world.clock));
  // What is read before the rows is read again with them: it counts for half.
  const { shape, table } = await openBatch(
    bytesOf(name, size, (count) => onBytes(count / 2)),
    entry,
    { meaning, keys },
  );
  world.err(`note: ${name} is read as ${JSON.stringify(meaning.rule.name)} of files\n`);
  for (const note of shape.notes()) world.err(`note: ${name}: ${note}\n`);
  const full = meaning.rule.snapshot && exports.begin(name, meaning, shape.at, isPrevious);
  if (full && full.exits.length > 0) yield full.exits;
  for await (const rows of table.rows())
    yield rows.map(({ number, cells }) => {
      const body = cells.ok ? shape.body(cells.value) : cells;
      if (full) exports.row(full.family, body);
      const item = full?.isCompared && body.ok ? ok(standingNow(body.value, shape.at)) : body;
      return { file: name, line: number, offset: number, at: shape.at, isPrevious, item };
    });
}

function meaningOf(
  { name, size }: EventSource,
  meanings: readonly FileMeaning[],
  { as, areEvents }: BatchOptions,
): FileMeaning | undefined {
  if (as !== undefined) return entryNamed(as, meanings);
  return areEvents || size === undefined ? undefined : entryOf(name, meanings);
}

/** Rows of an export that were taken for events would be sent under no audience: where the rules are about files, which it is must be said. */
function demandEntry({ name, format }: EventSource, meanings: readonly FileMeaning[]): void {
  if (format !== 'csv' || meanings.length === 0) return;
  throw new WrongUse(
    `no entry of files: is about ${name}, by its name or its folder; --as NAME reads it as one of ${entriesText(meanings)}, --format csv as events`,
  );
}

/**
 * The records of several files, one file after another: events as {@link readEvents} reads them, batch files by their entries, and the
 * exits of those who are missing in full exports. Without options all are events.
 */
export async function* readInputs(
  sources: readonly EventSource[],
  options: BatchOptions | undefined,
  onBytes: (count: number) => void,
  world: World,
): AsyncGenerator<readonly InputRecord[]> {
  if (!options) return yield* readEvents(sources, onBytes);
  const { loaded, previous, mayLeave, areEvents } = options;
  const meanings = loaded.files.map((rule) => fileMeaning(rule, loaded.rules));
  // All of them before the first record: who sends should not learn half-way that a name is wrong.
  const meant = sources.map((source) => {
    const meaning = meaningOf(source, meanings, options);
    if (meaning && source.size === undefined)
      throw new WrongUse(`--as needs a file, and ${source.name} is none`);
    if (!meaning && !areEvents) demandEntry(source, meanings);
    return { source, meaning };
  });
  const note = (text: string): void => world.err(`note: ${text}\n`);
  const exports = new FullExports(personKeysBy(loaded.rules), {
    note,
    mayLeave,
    titleOf: (namespace, id) => loaded.rules.audiences.get(namespace)?.get(id)?.name ?? `${namespace}/${id}`,
  });
  const reading = { exports, onBytes, world };
  for (const source of previous) {
    const meaning = meaningOf(source, meanings, { ...options, areEvents: false });
    if (!meaning?.rule.snapshot || source.size === undefined)
      throw new WrongUse(
        `--previous takes full exports, and ${source.name} is none: no entry of files: with snapshot is about it`,
      );
    yield* readRows(source, meaning, true, reading);
  }
  for (const { source, meaning } of meant) {
    if (meaning) yield* readRows(source, meaning, false, reading);
    else yield* readEvents([source], onBytes);
  }
  const exits = exports.endAll();
  if (exits.length > 0) yield exits;
}
