import { ENDINGS } from '../../core/ports.js';
import { REPORT_SUFFIX } from '../meaning/not-exports.js';
import { type FileProgress, isOver } from './progress.js';

/** The name of the report about a file. */
export const reportName = (name: string): string => `${name}${REPORT_SUFFIX}`;

const iso = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();

/** A word of what became of a file, for people. */
export const resultOf = (progress: FileProgress): string => {
  if (isOver(progress)) return progress.stage;
  if (progress.reason) return 'waiting';
  return progress.stage;
};

/** Everything there is to tell of a file; no value of any row is in it. */
export function reportOf(progress: FileProgress) {
  const { source, name, version, size, at, time, audience, rows, next, began, ended } = progress;
  return {
    file: name,
    source,
    result: resultOf(progress),
    why: progress.reason,
    version,
    bytes: size,
    written: iso(at),
    time: iso(time),
    audience,
    rows,
    // Until a file has been read to its end no row acts: in one that is refused whole none ever does.
    settled: rows === undefined ? 0 : next - 1 + progress.ahead.length,
    endings: Object.fromEntries(ENDINGS.map((ending) => [ending, progress.endings[ending] ?? 0])),
    badRows: progress.badRows,
    bad: progress.bad,
    notes: progress.notes,
    began: iso(began),
    ended: iso(ended),
    seconds: Math.round(progress.worked / 100) / 10,
    turns: progress.turns,
    due: isOver(progress) ? undefined : iso(progress.due),
  };
}

/** The bytes of a report. */
export const reportBytes = (report: object): Uint8Array =>
  Buffer.from(`${JSON.stringify(report, null, 2)}\n`);
