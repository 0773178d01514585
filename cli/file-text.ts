import { plural } from '../shared/core/plural.js';
import { type Closing, closingReport } from '../shared/files/intake/closing.js';
import type { Looked } from '../shared/files/intake/desk.js';
import { stateOf } from '../shared/files/intake/file-state.js';
import type { FileProgress } from '../shared/files/intake/progress.js';
import { reportOf } from '../shared/files/intake/report.js';
import { type AudienceTitles, withTitles } from './files-view.js';
import { printable } from './printable.js';

/** What a line is called, and what it says; nothing is not said. */
type Said = readonly [name: string, text: string | undefined];

const WIDTH = 10;
/** Bad rows that are shown; the report beside the file names more. */
const MOST_BAD = 10;

const timeOf = (iso: string | undefined): string | undefined => iso?.replace(/\.\d+Z$/, 'Z');

const countsOf = (endings: Readonly<Record<string, number>>): string =>
  Object.entries(endings)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

const textOf = (lines: readonly Said[], indent: string): string =>
  lines
    .flatMap(([name, text]) =>
      text === undefined || text === '' ? [] : [`${indent}${name.padEnd(WIDTH)} ${printable(text)}\n`],
    )
    .join('');

/** How far its rows have come, without what is zero. */
function rowsOf({ rows, settled, endings }: ReturnType<typeof reportOf>): string | undefined {
  if (rows === undefined) return undefined;
  const done = settled === rows ? 'all settled' : `${settled} settled`;
  const counts = countsOf(endings);
  return `${rows}, ${done}${counts === '' ? '' : `: ${counts}`}`;
}

function badOf({ bad, badRows }: ReturnType<typeof reportOf>): readonly Said[] {
  if (badRows === 0) return [];
  const more = badRows - Math.min(bad.length, MOST_BAD);
  return [
    ['unreadable', plural(badRows, 'row')],
    ...bad.slice(0, MOST_BAD).map(({ row, code, text }): Said => ['', `row ${row}: ${code}: ${text}`]),
    ['', more > 0 ? `and ${more} more` : undefined],
  ];
}

function workOf({ began, ended, seconds, turns, due }: ReturnType<typeof reportOf>): readonly Said[] {
  const worked = turns === 0 ? undefined : `${seconds} s in ${plural(turns, 'invocation')}`;
  return [
    ['found', timeOf(began)],
    ['worked', worked],
    ['ended', timeOf(ended)],
    ['next look', timeOf(due)],
  ];
}

/** Who works on it now, and until when nobody else may. */
const holderOf = ({ lease }: Pick<FileProgress, 'lease'>, now: number): string | undefined =>
  lease && lease.until > now
    ? `somebody, who has it to themselves until ${timeOf(new Date(lease.until).toISOString())} at the latest`
    : undefined;

function linesOf(progress: FileProgress, now: number): readonly Said[] {
  const report = reportOf(progress);
  return [
    ['audience', report.audience],
    ['time', timeOf(report.time)],
    ['written', timeOf(report.written)],
    ['bytes', String(report.bytes)],
    ['rows', rowsOf(report)],
    ...badOf(report),
    ...report.notes.map((note): Said => ['columns', note]),
    ['worked by', holderOf(progress, now)],
    ...workOf(report),
    ['version', report.version],
  ];
}

function exportText(closing: Closing): string {
  const report = closingReport(closing);
  const { membersBefore, exits, settled } = report;
  const missing =
    closing.stage === 'comparing'
      ? 'not known yet'
      : `${exits} of ${plural(membersBefore, 'member')} of the exports before; ${settled} have left`;
  const lines: readonly Said[] = [
    ['state', report.result],
    ['files', String(report.files)],
    ['missing', missing],
    ['exits', countsOf(report.endings)],
    ['ended', timeOf(report.ended)],
  ];
  return `  the full export ${printable(report.export)}\n${textOf(lines, '    ')}`;
}

/** Everything known of a file, for people. `now` in epoch milliseconds. */
export function paragraphOf(
  { source, name, progress, closing }: Looked,
  titles: AudienceTitles,
  now: number,
) {
  const { word, why } = stateOf(progress, closing);
  const lines: readonly Said[] = [
    ['entry', source.name],
    ['place', source.from],
    ['result', word],
    ['why', why && `${why.code}: ${why.text}`],
    ...(progress ? linesOf(progress, now) : []),
  ];
  const text = `${printable(name)}\n${textOf(lines, '  ')}${closing ? exportText(closing) : ''}`;
  return withTitles(text, titles);
}
