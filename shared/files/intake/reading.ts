import { Fault } from '../../core/fault.js';
import { plural } from '../../core/plural.js';
import { readProfile } from '../../core/profile.js';
import type { Table, TableRow } from '../ports.js';
import { type IntakeDeps, type Limits, SEGMENT_CHARACTERS, SEGMENT_LINES } from './deps.js';
import type { Hold } from './hold.js';
import { linesOf } from './presence.js';
import { type BadRow, type FileProgress, fileHash } from './progress.js';
import { writeRun } from './run-pieces.js';
import type { FileSource, RowReader } from './source.js';

/** Bad rows that a report names. */
const NAMED_BAD_ROWS = 100;
/** Characters of what a report says of one. */
const BAD_ROW_CHARACTERS = 500;
/** How often the lease is renewed and the position kept while a file is read, milliseconds. */
const SAVE_MS = 60_000;

/** The folder in which the segments of a file lie. */
export const segmentsFolder = ({
  source,
  name,
  version,
}: Pick<FileProgress, 'source' | 'name' | 'version'>): string => `files/${fileHash(source, name, version)}`;

/** What is found between two savings. */
interface Finds {
  next: number;
  bad: number;
  readonly named: BadRow[];
  readonly lines: string[];
  characters: number;
}

const fresh = (next: number): Finds => ({ next, bad: 0, named: [], lines: [], characters: 0 });

/** Reads one row as it will be read again when it acts, without any value of it being kept but who it is about. */
function look(row: TableRow, reader: RowReader, finds: Finds, keysOf: IntakeDeps['personKeys'] | undefined) {
  finds.next = row.number + 1;
  const body = reader.bodyOf(row);
  // What the pipeline will not be able to read counts as bad now: its person must not seem to be missing.
  const profile = body.ok ? readProfile(body.value) : body;
  if (profile.ok) {
    if (!keysOf || !body.ok) return;
    for (const line of linesOf(keysOf(body.value))) {
      finds.lines.push(line);
      finds.characters += line.length;
    }
    return;
  }
  finds.bad += 1;
  if (finds.named.length >= NAMED_BAD_ROWS) return;
  const { code, message } = profile.fault;
  finds.named.push({ row: row.number, code, text: message.slice(0, BAD_ROW_CHARACTERS) });
}

type Deps = Pick<
  IntakeDeps,
  'objects' | 'clock' | 'newId' | 'personKeys' | 'segmentLines' | 'segmentCharacters'
>;

async function keep(
  hold: Hold<FileProgress>,
  finds: Finds,
  reader: RowReader,
  { objects, newId }: Deps,
): Promise<void> {
  const { value } = hold;
  let { segments } = value;
  if (finds.lines.length > 0) {
    const sorted = [...new Set(finds.lines)].sort();
    segments = [...segments, await writeRun(objects, `${segmentsFolder(value)}/${newId()}`, sorted)];
  }
  await hold.save({
    ...value,
    next: finds.next,
    badRows: value.badRows + finds.bad,
    bad: [...value.bad, ...finds.named].slice(0, NAMED_BAD_ROWS),
    seen: [...reader.seen()],
    segments,
    idle: finds.next > value.next ? 0 : value.idle,
  });
}

/** A file of which no row can be read was not written in the way it is read. */
function refuseAllBad({ badRows, bad, name }: FileProgress, rows: number): void {
  const [first] = bad;
  if (rows === 0 || badRows < rows || !first) return;
  const text = `${name}: none of its ${plural(rows, 'row')} can be read, the first one because: ${first.text}; compare how the file is written with "csv" and "columns" of its entry in "files"`;
  throw new Fault('file.refused', text);
}

/**
 * Reads a file to its end before any of its rows acts. Gives false when time was up before; the position is kept. Throws
 * a `file.*` Fault for a file that cannot be read or trusted as a whole.
 */
export async function readThrough(
  hold: Hold<FileProgress>,
  table: Table,
  { source, reader }: { readonly source: Pick<FileSource, 'snapshot'>; readonly reader: RowReader },
  deps: Deps,
  { deadline, stop }: Limits,
): Promise<boolean> {
  const { clock, personKeys, segmentLines = SEGMENT_LINES, segmentCharacters = SEGMENT_CHARACTERS } = deps;
  const keysOf = source.snapshot ? personKeys : undefined;
  reader.recall(hold.value.seen);
  let finds = fresh(hold.value.next);
  let saved = clock.now();
  for await (const rows of table.rows(hold.value.next)) {
    for (const row of rows) {
      look(row, reader, finds, keysOf);
      if (finds.lines.length < segmentLines && finds.characters < segmentCharacters) continue;
      await keep(hold, finds, reader, deps);
      finds = fresh(finds.next);
    }
    const now = clock.now();
    const isOver = now >= deadline || stop?.aborted === true;
    if (isOver || now - saved >= SAVE_MS) {
      await keep(hold, finds, reader, deps);
      finds = fresh(finds.next);
      saved = now;
    }
    if (isOver) return false;
  }
  await keep(hold, finds, reader, deps);
  const { value } = hold;
  refuseAllBad(value, value.next - 1);
  const refusal = reader.refusal();
  if (refusal) throw refusal;
  const notes = [...reader.notes()];
  await hold.save({
    ...value,
    stage: 'rows',
    rows: value.next - 1,
    next: 1,
    seen: [],
    notes,
    reason: undefined,
  });
  return true;
}
