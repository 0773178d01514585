import * as z from 'zod';
import { ENDINGS } from '../../core/ports.js';
import { Comparison } from './comparison.js';
import { pageId } from './page.js';
import { fileHash, Lease, Reason } from './progress.js';
import { SortedRun } from './run-pieces.js';

const Count = z.int().min(0);
const Time = z.number();

/**
 * How far the end of a full export has come: `comparing` it with the one before; `exits` act; `waiting` for somebody to say
 * that so many may leave; `done`, or `overtaken` by a newer one.
 */
const CLOSING_STAGES = ['comparing', 'exits', 'waiting', 'done', 'overtaken'] as const;

/** All that is kept of the end of a full export: of all files with one stem. */
export const Closing = z.object({
  source: z.string(),
  /** A file of the export. */
  name: z.string(),
  stem: z.string(),
  /** The newest time of its files, epoch milliseconds; exits are as of the millisecond before. */
  time: Time,
  stage: z.enum(CLOSING_STAGES),
  lease: Lease.optional(),
  due: Time.optional(),
  /** The files compared, by {@link fileHash}: those of the export, and those before it. */
  parts: z.array(z.string()).default([]),
  before: z.array(z.string()).default([]),
  /** The files whose mass exit somebody has agreed to. */
  accepted: z.array(z.string()).default([]),
  /** How many they agreed to let leave, by audience: should it be compared anew, no more leave unasked. */
  agreed: z.record(z.string(), Count).default({}),
  /** Members before, and those of them who are missing. */
  members: Count.default(0),
  exits: z.array(SortedRun).default([]),
  /** How far the comparison has come. */
  comparison: Comparison.optional(),
  /** The first exit that is not settled, from 1, and those behind it that are. */
  next: Count.default(1),
  ahead: z.array(Count).default([]),
  endings: z.partialRecord(z.enum(ENDINGS), Count).default({}),
  reason: Reason.optional(),
  idle: Count.default(0),
  began: Time,
  ended: Time.optional(),
  worked: Count.default(0),
});
export type Closing = z.infer<typeof Closing>;

const keyOf = (source: string, stem: string, audience: string): string =>
  fileHash(source, `${audience}\n${stem}`, 'closing');

/** Where the end of a full export is kept. */
export const closingId = (source: string, stem: string, audience = ''): string =>
  pageId('close', keyOf(source, stem, audience));

/** The folder in which its exits lie, each comparison's under a name of its own. */
export const exitsFolder = ({ source, stem }: Pick<Closing, 'source' | 'stem'>, audience = ''): string =>
  `files/${keyOf(source, stem, audience)}/exits`;

/** Nothing has been compared. */
export const freshClosing = (source: string, name: string, stem: string, now: number): Closing => ({
  source,
  name,
  stem,
  time: 0,
  stage: 'comparing',
  parts: [],
  before: [],
  accepted: [],
  agreed: {},
  members: 0,
  exits: [],
  next: 1,
  ahead: [],
  endings: {},
  idle: 0,
  began: now,
  worked: 0,
});

/**
 * The same end, of which no exits are known: another comparison may find others, in another order, so that no position among
 * those of the last one says anything of them.
 */
export const withoutExits = (closing: Closing): Closing => ({
  ...closing,
  exits: [],
  next: 1,
  ahead: [],
  endings: {},
});

/** How many lines there are in runs. */
const linesIn = (runs: readonly SortedRun[]): number => runs.reduce((sum, { lines }) => sum + lines, 0);

const iso = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();

/** What became of a full export, for people. */
export function closingReport(closing: Closing) {
  const { source, name, stem, stage, time, parts, members, exits, next, reason, began, ended } = closing;
  return {
    export: stem,
    source,
    file: name,
    result: stage === 'waiting' ? 'waiting for you' : stage,
    why: reason,
    time: iso(time),
    files: parts.length,
    membersBefore: members,
    exits: linesIn(exits),
    settled: next - 1 + closing.ahead.length,
    endings: Object.fromEntries(ENDINGS.map((ending) => [ending, closing.endings[ending] ?? 0])),
    began: iso(began),
    ended: iso(ended),
    seconds: Math.round(closing.worked / 100) / 10,
  };
}
