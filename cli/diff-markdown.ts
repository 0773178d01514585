import { plural } from '../shared/core/plural.js';
import type { Json } from '../shared/core/ports.js';
import type { Change } from '../shared/dry-run/changes.js';
import { type EventRecord, placeOf } from '../shared/events/read-events.js';
import { type CauseOf, type DiffSums, ruleRows, rulesOf } from './diff-sums.js';
import { latestOf, sentenceOf } from './diff-view.js';
import { printable } from './printable.js';
import { titleOf, valueText } from './value-text.js';

/** One difference, and the event that shows it. */
export interface ShownChange {
  readonly record: EventRecord;
  readonly change: Change;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Text that is no markup in a cell of a table: neither HTML nor Markdown, nor somebody who is notified. */
const cell = (text: string): string =>
  printable(text)
    .replaceAll(/[&<>]/g, (char) => ENTITIES[char] ?? char)
    .replaceAll(/[\\`*_{}[\]()#+!|~@-]/g, (char) => `\\${char}`);

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;

const SIGNS = { added: '➕', removed: '➖', changed: '✏️' } as const;

const side = (value: Json | undefined): string =>
  value === undefined ? '*not written*' : cell(valueText(value));

function whatOf(change: Change, values: boolean): string {
  const { action } = latestOf(change);
  if (change.kind !== 'changed') {
    const fields = Object.entries(action.fields);
    return fields
      .map(([name, value]) => (values ? `${cell(name)} = ${side(value)}` : cell(name)))
      .join('<br>');
  }
  const fields = change.fields.map(({ name, before, after }) =>
    values ? `${cell(name)}: ${side(before)} → ${side(after)}` : cell(name),
  );
  const { operation } = change.before.action;
  return [...(operation === action.operation ? [] : [`was ${cell(operation)}`]), ...fields].join('<br>');
}

function changeRow({ record, change }: ShownChange, causeOf: CauseOf, values: boolean): string {
  const { action, person } = latestOf(change);
  const title = titleOf(values ? action : { ...action, key: {} });
  const event = [placeOf(record), ...(values ? [person] : [])].map(cell).join('<br>');
  return row(
    event,
    `${SIGNS[change.kind]} ${change.shadow ? 'shadow: ' : ''}${cell(title)}`,
    whatOf(change, values),
    rulesOf(change, causeOf).map(cell).join('<br>'),
  );
}

/**
 * A report for a pull request. Persons and values are left out unless they are asked for: whoever can read the pull
 * request can read it. `hidden` differences are not shown.
 */
export function diffMarkdown(
  [before, after]: readonly [before: string, after: string],
  sums: DiffSums,
  shown: readonly ShownChange[],
  hidden: number,
  { causeOf, values }: { readonly causeOf: CauseOf; readonly values: boolean },
): string {
  const title = `### Rules: ${cell(before)} → ${cell(after)}\n\n**${sentenceOf(sums)}**\n`;
  const unread =
    sums.malformed > 0 ? `\n${plural(sums.malformed, 'event')} cannot be read, by either.\n` : '';
  if (shown.length === 0 && hidden === 0) return title + unread;
  const rules = ruleRows(sums).map(([name, { added, removed, changed }]) =>
    row(cell(name), String(added), String(removed), String(changed)),
  );
  const byRule = `\n| rule | added | removed | changed |\n| --- | ---: | ---: | ---: |\n${rules.join('')}`;
  const rows = shown.map((one) => changeRow(one, causeOf, values)).join('');
  const more = hidden > 0 ? `\n… and ${hidden} more.\n` : '';
  const details = `\n<details><summary>Differences</summary>\n\n| event | action | fields | rules |\n| --- | --- | --- | --- |\n${rows}${more}\n</details>\n`;
  return title + unread + byRule + details;
}
