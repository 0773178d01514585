import { plural } from '../shared/core/plural.js';
import { closingReport } from '../shared/files/intake/closing.js';
import type { Looked, SourceLook } from '../shared/files/intake/desk.js';
import { stateOf } from '../shared/files/intake/file-state.js';
import { reportOf } from '../shared/files/intake/report.js';
import { printable } from './printable.js';

/** One file as data. */
export function viewOf({ source, name, progress, closing }: Looked) {
  const { word, why } = stateOf(progress, closing);
  const report = progress
    ? reportOf(progress)
    : { file: name, source: source.name, rows: undefined, settled: 0 };
  return { ...report, result: word, why, ...(closing && { export: closingReport(closing) }) };
}

/** A place that could not be looked through, as data. */
export const unreachedOf = ({ source, fault }: SourceLook) =>
  fault && {
    source: source.name,
    from: source.from,
    result: 'unreachable',
    why: { code: fault.code, text: fault.message },
  };

/** The files that no entry takes, as data: each place once, of how many entries it may be the place. */
export const unmatchedIn = (looks: readonly SourceLook[]) => [
  ...new Map(
    looks
      .filter(({ strangers }) => strangers.count > 0)
      .map(({ source: { from }, strangers }) => [from, { from, result: 'unmatched', ...strangers }]),
  ).values(),
];

type View = ReturnType<typeof viewOf>;
type Unreached = NonNullable<ReturnType<typeof unreachedOf>>;
type Unmatched = ReturnType<typeof unmatchedIn>[number];

/** Names that people know audiences by, by `namespace/id`. */
export type AudienceTitles = ReadonlyMap<string, string>;

/** A text with audiences called as in the file of rules: `hot (ups/59bd…)`. */
export const withTitles = (text: string, titles: AudienceTitles): string =>
  text.replaceAll(/[^\s"'(]+\/[^\s,;"')]+/g, (key) => {
    const title = titles.get(key);
    return title === undefined ? key : `${printable(title)} (${key})`;
  });

const WIDTHS = { result: 15, settled: 9, rows: 9 } as const;
/** As much of a reason as can be taken in within a list; `show` tells all of it. */
const MOST_WHY = 400;

const columns = (result: string, settled: string, rows: string): string =>
  [result.padEnd(WIDTHS.result), settled.padStart(WIDTHS.settled), rows.padStart(WIDTHS.rows)].join('  ');

/** Headings of the lines of {@link lineOf}. */
export const HEADING = `${columns('RESULT', 'SETTLED', 'ROWS')}  FILE`;

const whyLine = ({ why }: Pick<View, 'why'>, titles: AudienceTitles): string =>
  why ? `\n    ${printable(withTitles(`${why.code}: ${why.text}`, titles), MOST_WHY)}` : '';

/** One file in a line, and why it waits or was refused in another. */
export const lineOf = (view: View, titles: AudienceTitles): string =>
  `${columns(view.result, String(view.settled), String(view.rows ?? ''))}  ${printable(view.file)}  (${printable(view.source, 60)})${whyLine(view, titles)}`;

/** A place that could not be looked through, in a line. */
export const unreachedLine = (view: Unreached): string =>
  `${columns(view.result, '', '')}  ${printable(view.from)}  (${printable(view.source, 60)})${whyLine(view, new Map())}`;

/** That files of a place are read by nobody, in a line. */
export const unmatchedLine = ({ from, count, names }: Unmatched): string => {
  const shown = names.map((name) => printable(name)).join(', ');
  const which = count > names.length ? `the first are ${shown}` : shown;
  return `note: ${plural(count, 'file')} in ${printable(from)} that no entry of "files" takes, so that nobody reads ${count === 1 ? 'it' : 'them'}: ${which}`;
};
