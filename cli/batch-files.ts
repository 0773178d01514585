import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { LoadedRules } from '../shared/config/load-rules.js';
import type { Secrets } from '../shared/core/ports.js';
import type { EventSource } from '../shared/events/event-source.js';
import { type EventRecord, readEvents } from '../shared/events/read-events.js';
import type { DecryptKey } from '../shared/files/formats/settings.js';
import { type FileMeaning, fileMeaning } from '../shared/files/meaning/file-meaning.js';
import { openBatch } from '../shared/files/meaning/read-batch.js';
import type { FileBytes, FileEntry } from '../shared/files/ports.js';
import { openSecrets } from '../shared/secrets.js';
import type { World } from './world.js';
import { WrongUse } from './wrong-use.js';

/** A record of a file; one of a batch file has its row for a line. */
export interface InputRecord extends EventRecord {
  /** When a deployment would count it as taken in, where the file says that; epoch milliseconds. */
  readonly at?: number;
}

/** How files are taken for batch files. */
export interface BatchOptions {
  /** Compiled rules and the entries of `files:`. */
  readonly loaded: Pick<LoadedRules, 'files' | 'rules'>;
  /** The entry that is meant, whatever the names of the files are. */
  readonly as: string | undefined;
  /** Whether files are events, because their format was named. */
  readonly areEvents: boolean;
}

/** What commands say of them. */
export const BATCH_HELP = `Files that the section files: of the rules is about are told by their names, and read as it says: a line is a row then.`;

/** The path of a file as stores write paths, so that its folders can tell the audience, too. */
const pathOf = (name: string): string => resolve(name).split(sep).join('/');

function entryNamed(name: string, meanings: readonly FileMeaning[]): FileMeaning {
  const found = meanings.find(({ rule }) => rule.name === name);
  if (found) return found;
  const names = meanings.map(({ rule }) => JSON.stringify(rule.name)).join(', ');
  throw new WrongUse(
    meanings.length === 0
      ? '--as names an entry of files:, and the rules have none'
      : `--as names an entry of files:, which are ${names}, not ${JSON.stringify(name)}`,
  );
}

/** Whether an entry is about a file: by its `match`, or because the name says an audience or a time as Adobe's do. */
function isAbout({ rule, nameOf }: FileMeaning, name: string): boolean {
  const said = nameOf(pathOf(name));
  return (
    said !== undefined && (rule.match !== undefined || said.audience !== undefined || said.at !== undefined)
  );
}

/** The entry a file belongs to; undefined for a file of events. */
function meaningOf(
  source: EventSource,
  meanings: readonly FileMeaning[],
  { as, areEvents }: BatchOptions,
): FileMeaning | undefined {
  if (as !== undefined) return entryNamed(as, meanings);
  if (areEvents || source.size === undefined) return undefined;
  const fitting = meanings.filter((meaning) => isAbout(meaning, source.name));
  // Whoever says which names are meant knows better than who takes any.
  const sure = fitting.filter(
    ({ rule, nameOf }) => rule.match !== undefined && nameOf(pathOf(source.name))?.stranger === undefined,
  );
  const [one, ...others] = sure.length > 0 ? sure : fitting;
  if (one && others.length > 0) {
    const names = [one, ...others].map(({ rule }) => JSON.stringify(rule.name)).join(', ');
    throw new WrongUse(
      `${source.name} may belong to several entries of files:, ${names}; say which with --as NAME`,
    );
  }
  return one;
}

async function keysOf({ rule: { decrypt } }: FileMeaning, secrets: Secrets): Promise<readonly DecryptKey[]> {
  if (!decrypt) return [];
  const secret = (reference: string): Promise<string> => secrets.get(reference.slice('secret:'.length));
  const privateKey = await secret(decrypt.key);
  const passphrase = decrypt.passphrase === undefined ? undefined : await secret(decrypt.passphrase);
  return [{ privateKey, ...(passphrase !== undefined && { passphrase }) }];
}

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

async function* readRows(
  { name }: EventSource,
  meaning: FileMeaning,
  onBytes: (count: number) => void,
  world: World,
): AsyncGenerator<readonly InputRecord[]> {
  const { size, mtimeMs } = await stat(name);
  const entry: FileEntry = {
    name: pathOf(name),
    size,
    at: Math.floor(mtimeMs),
    version: `${size}-${mtimeMs}`,
  };
  const keys = await keysOf(meaning, await openSecrets(world.env, world.clock));
  // What is read before the rows is read again with them: it counts for half.
  const { shape, table } = await openBatch(
    bytesOf(name, size, (count) => onBytes(count / 2)),
    entry,
    { meaning, keys },
  );
  world.err(`note: ${name} is read as ${JSON.stringify(meaning.rule.name)} of files\n`);
  for (const note of shape.notes()) world.err(`note: ${name}: ${note}\n`);
  for await (const rows of table.rows())
    yield rows.map(({ number, cells }) => ({
      file: name,
      line: number,
      offset: number,
      at: shape.at,
      item: cells.ok ? shape.body(cells.value) : cells,
    }));
}

/**
 * The records of several files, one file after another: events as {@link readEvents} reads them, batch files by their entries. Without
 * options all are events.
 */
export async function* readInputs(
  sources: readonly EventSource[],
  options: BatchOptions | undefined,
  onBytes: (count: number) => void,
  world: World,
): AsyncGenerator<readonly InputRecord[]> {
  const meanings = options?.loaded.files.map((rule) => fileMeaning(rule, options.loaded.rules)) ?? [];
  for (const source of sources) {
    const meaning = options && meaningOf(source, meanings, options);
    if (!meaning) yield* readEvents([source], onBytes);
    else if (source.size === undefined) throw new WrongUse(`--as needs a file, and ${source.name} is none`);
    else yield* readRows(source, meaning, onBytes, world);
  }
}
