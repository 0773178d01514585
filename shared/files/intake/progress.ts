import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ENDINGS, type EndingName } from '../../core/ports.js';
import type { FileEntry } from '../ports.js';
import { pageId } from './page.js';
import { SortedRun } from './run-pieces.js';
import type { FileSource } from './source.js';

const Count = z.int().min(0);
const Time = z.number();

/** A reason that people are told: a fault's code and words. */
export const Reason = z.object({ code: z.string(), text: z.string() });
export type Reason = z.infer<typeof Reason>;

/** Whoever holds it works; others wait until it is given back or has run out. */
export const Lease = z.object({ by: z.string(), until: Time });

const Endings = z.partialRecord(z.enum(ENDINGS), Count);

/** Rows that cannot be read, as a report names them. */
export const BadRow = z.object({ row: z.int().min(1), code: z.string(), text: z.string() });
export type BadRow = z.infer<typeof BadRow>;

/**
 * How far a file has come: `reading` to its end before any row acts; `rows` act; then `done`, or one of the ends in which
 * nothing more is done: `refused` as a whole, `changed` under our hands, `overtaken` by a newer full export.
 */
export const STAGES = ['reading', 'rows', 'done', 'refused', 'changed', 'overtaken'] as const;
export type Stage = (typeof STAGES)[number];

/** All that is kept of one version of one file. */
export const FileProgress = z.object({
  source: z.string(),
  name: z.string(),
  version: z.string(),
  size: Count,
  /** When the file was last written, and the time its rows are given; epoch milliseconds. */
  at: Time,
  time: Time,
  audience: z.string().optional(),
  stage: z.enum(STAGES),
  lease: Lease.optional(),
  /** The first row that has not been read (`reading`) or is not settled (`rows`), from 1. */
  next: z.int().min(1),
  /** Rows behind `next` that are settled already, rising; less than a chunk, for nothing behind them is begun before. */
  ahead: z.array(z.int().min(1)).default([]),
  /** Rows in the file, once it has been read to its end. */
  rows: Count.optional(),
  endings: Endings.default({}),
  /** Rows that cannot be read, and the first of them by name. */
  badRows: Count.default(0),
  bad: z.array(BadRow).default([]),
  /** Names that its rows have brought themselves, as far as it has been read. */
  seen: z.array(z.string()).default([]),
  /** What people should know of its columns. */
  notes: z.array(z.string()).default([]),
  /** Of a full export: sorted segments of who is in it. */
  segments: z.array(SortedRun).default([]),
  /** Why it waits, or ended as it did. */
  reason: Reason.optional(),
  /** When a message about it comes out of the queue again, epoch milliseconds. */
  due: Time.optional(),
  /** How often in a row it came back without having moved on. */
  idle: Count.default(0),
  began: Time,
  ended: Time.optional(),
  /** Time spent working, milliseconds; invocations. */
  worked: Count.default(0),
  turns: Count.default(0),
});
export type FileProgress = z.infer<typeof FileProgress>;

/** A name for one version of one file in one source that fits every key: 128 bits of a hash. */
export const fileHash = (source: string, name: string, version: string): string =>
  createHash('sha256')
    .update(JSON.stringify([source, name, version]))
    .digest('hex')
    .slice(0, 32);

/** Where the progress of a file is kept. */
export const progressId = (source: string, { name, version }: FileEntry): string =>
  pageId('file', fileHash(source, name, version));

/** A file nobody has worked on. */
export const freshProgress = (
  source: string,
  { name, version, size, at }: FileEntry,
  time: number,
  now: number,
): FileProgress => ({
  source,
  name,
  version,
  size,
  at,
  time,
  stage: 'reading',
  next: 1,
  ahead: [],
  endings: {},
  badRows: 0,
  bad: [],
  seen: [],
  notes: [],
  segments: [],
  idle: 0,
  began: now,
  worked: 0,
  turns: 0,
});

/** A file of a source that nobody has worked on, with the time and the audience that its name says. */
export function progressOf(
  source: Pick<FileSource, 'name' | 'namingOf'>,
  entry: FileEntry,
  now: number,
): FileProgress {
  const { at, audience } = source.namingOf(entry.name);
  const fresh = freshProgress(source.name, entry, at ?? entry.at, now);
  return { ...fresh, ...(audience !== undefined && { audience }) };
}

/** Nothing more is done for a file in one of these. */
export const isOver = ({ stage }: Pick<FileProgress, 'stage'>): boolean =>
  stage !== 'reading' && stage !== 'rows';

/** Endings with one more of each name given. */
export function withEndings(
  known: FileProgress['endings'],
  names: readonly EndingName[],
): FileProgress['endings'] {
  const sums = { ...known };
  for (const name of names) sums[name] = (sums[name] ?? 0) + 1;
  return sums;
}
