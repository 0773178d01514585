import type { Fault } from '../../core/fault.js';
import type { EndingName, Message, Settlement } from '../../core/ports.js';
import type { Table, TableRow } from '../ports.js';
import { CHUNK_ROWS, type IntakeDeps, type Limits } from './deps.js';
import { type Hold, renewing } from './hold.js';
import { lateBy } from './late.js';
import { type FileProgress, fileHash, withEndings } from './progress.js';
import type { RowReader } from './source.js';

/** How the rows of a file came out of an invocation: all settled; time was up; or one of them is held for this reason. */
export type RowsEnd =
  | { readonly kind: 'all' }
  | { readonly kind: 'more' }
  | { readonly kind: 'held'; readonly fault: Fault | undefined };

/**
 * Rows that are not settled in pieces of `size`; an empty one where the table has nothing for now. Those among rows that are
 * settled come alone: nothing behind them is begun before, so that `ahead` never holds more than was begun at once.
 */
export async function* chunksOf(
  table: Pick<Table, 'rows'>,
  { next, ahead }: Pick<Stretch, 'next' | 'ahead'>,
  size: number,
): AsyncGenerator<readonly TableRow[]> {
  const done = new Set(ahead);
  const last = ahead.at(-1) ?? 0;
  let chunk: TableRow[] = [];
  for await (const rows of table.rows(next)) {
    for (const row of rows) {
      if (done.has(row.number)) continue;
      const isBehind = row.number > last && (chunk[0]?.number ?? row.number) <= last;
      if (isBehind || chunk.length >= size) {
        yield chunk;
        chunk = [];
      }
      chunk.push(row);
    }
    if (rows.length === 0) yield [];
    else if (chunk.length >= size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

/** A row as the pipeline takes it. What cannot be read says so itself, and its cells go into its dead letter. */
export function messageOf(row: TableRow, reader: RowReader, progress: FileProgress): Message {
  const { source, name, version, time } = progress;
  const body = reader.bodyOf(row);
  const place = { id: `${fileHash(source, name, version)}/${row.number}`, at: time, source: `file:${name}` };
  if (body.ok) return { ...place, body: body.value };
  const cells = row.cells.ok ? row.cells.value : undefined;
  return { ...place, body: { file: name, row: row.number, cells }, unreadable: body.fault };
}

/** A position among rows, and what became of those before it. */
export type Stretch = Pick<FileProgress, 'next' | 'ahead' | 'endings' | 'idle'>;

/** The position after one chunk: the first row that is not settled, and who behind it is. */
export function advanced<T extends Stretch>(
  progress: T,
  rows: readonly TableRow[],
  settlements: readonly Settlement[],
): T {
  const settled = rows.filter((_, i) => settlements[i]?.settled === true).map(({ number }) => number);
  const names = settlements.flatMap(({ settled: good, endings: [first] }): EndingName[] =>
    good && first ? [first.name] : [],
  );
  const open = rows.find((_, i) => settlements[i]?.settled !== true);
  const behind = [...progress.ahead, ...settled].sort((a, b) => a - b);
  const next = open?.number ?? Math.max(progress.next - 1, behind.at(-1) ?? 0) + 1;
  return {
    ...progress,
    next,
    ahead: behind.filter((number) => number > next),
    endings: withEndings(progress.endings, names),
    // As long as the first of them stays where it is, somebody waits for something.
    idle: next > progress.next ? 0 : progress.idle,
  };
}

const heldFault = (settlements: readonly Settlement[]): Fault | undefined =>
  settlements.flatMap(({ endings }) => endings).find(({ name }) => name === 'held')?.fault;

/**
 * Runs rows from the checkpoint on, chunk by chunk, and saves after each of them, so that whatever dies is taken up where
 * it was. The next chunk is read while one is sent. Throws what the table and the stores throw.
 */
export async function runRows<T extends Stretch>(
  hold: Hold<T>,
  table: Pick<Table, 'rows'>,
  toMessage: (row: TableRow) => Message,
  { pipeline, clock, chunkRows = CHUNK_ROWS }: Pick<IntakeDeps, 'pipeline' | 'clock' | 'chunkRows'>,
  limits: Limits,
): Promise<RowsEnd> {
  const isLate = lateBy(clock, limits);
  const chunks = chunksOf(table, hold.value, chunkRows);
  const renew = renewing(hold, clock);
  let coming = chunks.next();
  try {
    while (!isLate()) {
      const chunk = await coming;
      if (chunk.done) return { kind: 'all' };
      coming = chunks.next();
      // Looked at when its turn comes; until then nobody listens.
      coming.catch(() => undefined);
      if (chunk.value.length === 0) {
        await renew();
        continue;
      }
      const messages = chunk.value.map(toMessage);
      const options = { ...limits, redelivers: true, deadline: Math.min(limits.deadline, hold.safeUntil) };
      const settlements = await pipeline.run(messages, options);
      await hold.save(advanced(hold.value, chunk.value, settlements));
      if (settlements.some(({ settled }) => !settled)) return { kind: 'held', fault: heldFault(settlements) };
    }
    return { kind: 'more' };
  } finally {
    await coming.catch(() => undefined);
    await chunks.return(undefined);
  }
}
