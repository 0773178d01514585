import { setImmediate } from 'node:timers/promises';
import type { FileBytes, Table } from '../shared/files/ports.js';

/** The audience that the rows are about. */
export const AUDIENCE = '7841ba61-23c1-4bb3-a495-00d3a5fe1e93';

const HEADER = `crmId,person_name_firstName,person_name_lastName,personalEmail_address,loyalty_tier,loyalty_points,segmentMembership_ups_${AUDIENCE}_status,segmentMembership_ups_${AUDIENCE}_lastQualificationTime\n`;

/** Every tenth row has quotes and an escape in it, as names do. */
const row = (number: number): string =>
  `C${number},Ada ${number % 97},${number % 10 === 0 ? `"Lovelace, \\"King\\" ${number}"` : `Lovelace ${number}`},person${number}@example.com,${number % 3 === 0 ? 'gold' : ''},${number % 5000},${number % 7 === 0 ? 'expired' : 'active'},2026-01-02T03:04:05Z\n`;

const CHUNK_ROWS = 500;

/**
 * A CSV file of so many rows that is made up while it is read: nothing of it is on a disk or stays in memory. `start` is the number
 * of its first person.
 */
export function generatedCsv(rows: number, start = 1, name = 'generated.csv'): FileBytes {
  const end = start + rows;
  return {
    name,
    size: HEADER.length + rows * 120,
    async *open() {
      yield Buffer.from(HEADER);
      for (let first = start; first < end; first += CHUNK_ROWS) {
        let text = '';
        for (let number = first; number < Math.min(first + CHUNK_ROWS, end); number++) text += row(number);
        // As bytes from a place come: else only promises would run, and no timer that looks at the memory.
        await setImmediate();
        yield Buffer.from(text);
      }
    },
  };
}

/** Of a full export of so many rows so many persons, the first ones, are not in the next. */
export const leaversOf = (rows: number): number => Math.floor(rows / 50);

/** Those of them who were members. */
export function exitsOf(rows: number): number {
  const leavers = leaversOf(rows);
  return leavers - Math.floor(leavers / 7);
}

/** The same bytes at once. */
export async function wholeOf(file: FileBytes): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of file.open()) parts.push(chunk);
  return Buffer.concat(parts);
}

/** A file in memory. */
export const held = (name: string, bytes: Uint8Array): FileBytes => ({
  name,
  size: bytes.length,
  async *open(from = 0, to = bytes.length) {
    for (let at = from; at < to; at += 65_536) yield bytes.subarray(at, Math.min(at + 65_536, to));
  },
});

/** Reads a table to its end; gives how many of its rows are good. */
export async function countRows(table: Table): Promise<number> {
  let count = 0;
  for await (const rows of table.rows()) for (const { cells } of rows) if (cells.ok) count += 1;
  return count;
}
