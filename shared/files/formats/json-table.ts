import { inspect } from '../../core/envelope.js';
import { bad, ok, type Result } from '../../core/fault.js';
import { headed, isUtf16 } from '../../events/bytes.js';
import type { Found } from '../../events/found.js';
import { JsonCutter } from '../../events/json-cutter.js';
import type { Table, TableRow } from '../ports.js';
import type { Plain } from './plain.js';
import { refused } from './refused.js';

/**
 * Opens a file of JSON: one object a line, objects one after another, or a list. What each record may be is as with events
 * (its depth, its names); one that cannot be read, or has more than `most` bytes, is the fault of its row, a file or list that
 * breaks off `file.refused`.
 */
export function openJson(plain: Plain, most: number): Table {
  if (isUtf16(plain.head)) throw refused('the file is JSON in UTF-16; have it written as UTF-8');
  const first = Buffer.from(plain.head)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()[0];
  if (first !== undefined && first !== '{' && first !== '[')
    throw refused('the file is to be JSON, but begins with neither { nor [');
  return { columns: undefined, rows: (from = 1) => read(plain, most, from) };
}

async function* read(plain: Plain, most: number, from: number): AsyncGenerator<readonly TableRow[]> {
  let number = 0;
  for await (const found of foundIn(plain, most)) {
    const rows: TableRow[] = [];
    for (const { item } of found) {
      number += 1;
      if (number >= from) rows.push({ number, cells: cellsOf(item) });
    }
    // Without rows, too: who reads looks at the clock in between.
    yield rows;
  }
}

/** Enough to recognise a byte order mark. */
const isHead = (head: Uint8Array): boolean => head.length >= 3;

async function* foundIn(plain: Plain, most: number): AsyncGenerator<readonly Found[]> {
  const cutter = new JsonCutter(most);
  for await (const chunk of headed(plain.open(), isHead)) yield cutter.push(chunk);
  const last = cutter.end();
  if (cutter.isCutOff) throw refused('the file ends within a record or a list that it began: it was cut off');
  yield last;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function cellsOf(item: Result<unknown>): Result<Readonly<Record<string, unknown>>> {
  if (!item.ok) return item;
  if (!isRecord(item.value)) return bad('decode.shape', 'the record is no JSON object');
  const fault = inspect(item.value);
  return fault ? { ok: false, fault } : ok(item.value);
}
