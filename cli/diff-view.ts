import { plural } from '../shared/core/plural.js';
import type { Asked, Json } from '../shared/core/ports.js';
import type { Action } from '../shared/core/remote.js';
import type { Change, FieldChange } from '../shared/dry-run/changes.js';
import { type EventRecord, placeOf } from '../shared/events/read-events.js';
import { type CauseOf, type DiffSums, ruleRows, rulesOf } from './diff-sums.js';
import type { Paint } from './paint.js';
import { printable } from './printable.js';
import { titleOf, valueText } from './value-text.js';

/** The delivery that tells most of a difference: the new one where there is one. */
export const latestOf = (change: Change): Asked => ('after' in change ? change.after : change.before);

const side = (value: Json | undefined): string => (value === undefined ? '(not written)' : valueText(value));

/** What is done to a row otherwise than before, besides its fields. */
const operations = (before: Action, after: Action): string =>
  before.operation === after.operation ? '' : ` (was ${before.operation})`;

const fieldLine = ({ name, before, after }: FieldChange, width: number): string =>
  `      ${printable(name).padEnd(width)}  ${side(before)} -> ${side(after)}\n`;

function changeText(change: Change, paint: Paint): string {
  const { action, causes } = latestOf(change);
  const because = `      ${paint.dim(`because of: ${printable(causes.join(', '))}`)}\n`;
  const mark = change.shadow ? 'shadow: ' : '';
  if (change.kind === 'changed') {
    const width = change.fields.reduce((most, { name }) => Math.max(most, name.length), 0);
    const title = `  ${paint.yellow('~')} ${mark}${paint.bold(titleOf(action))}${operations(change.before.action, action)}\n`;
    return title + change.fields.map((field) => fieldLine(field, width)).join('') + because;
  }
  const sign = change.kind === 'added' ? paint.green('+') : paint.red('-');
  const names = Object.keys(action.fields);
  const width = names.reduce((most, name) => Math.max(most, name.length), 0);
  const fields = Object.entries(action.fields).map(
    ([name, value]) => `      ${printable(name).padEnd(width)}  ${valueText(value)}\n`,
  );
  return `  ${sign} ${mark}${paint.bold(titleOf(action))}\n${fields.join('')}${because}`;
}

/** The differences of one event. */
export function eventText(record: EventRecord, changes: readonly Change[], paint: Paint): string {
  const persons = new Set(changes.map((change) => latestOf(change).person));
  const head = [paint.cyan(printable(placeOf(record))), ...[...persons].map((person) => printable(person))];
  return `${head.join('  ')}\n${changes.map((change) => changeText(change, paint)).join('')}\n`;
}

/** What the sums come to, in a sentence. What shadows do is said apart: it is in the table too, and changes nothing. */
export function sentenceOf({ events, differing, actions, shadows, shadowActions: apart }: DiffSums): string {
  const more =
    shadows.size === 0
      ? ''
      : `; of shadows, which change nothing: ${apart.added} added, ${apart.removed} removed, ${apart.changed} changed`;
  const of =
    differing === 0
      ? `no difference over ${plural(events, 'event')}`
      : `${plural(actions.added, 'action')} added, ${actions.removed} removed, ${actions.changed} changed, over ${differing} of ${plural(events, 'event')}`;
  return of + more;
}

/** The sums, for people; `hidden` differences were not shown. */
export function sumsText(sums: DiffSums, hidden: number, paint: Paint): string {
  const more = hidden > 0 ? `… and ${plural(hidden, 'more difference')} (--limit shows more)\n\n` : '';
  const unread = sums.malformed > 0 ? `${plural(sums.malformed, 'event')} cannot be read, by either\n` : '';
  const last = `${paint.bold(sentenceOf(sums))}\n${unread}`;
  const all = ruleRows(sums);
  if (all.length === 0) return more + last;
  const width = all.reduce((most, [name]) => Math.max(most, name.length), 4);
  const row = (name: string, ...cells: readonly (string | number)[]): string =>
    `${name.padEnd(width)}${cells.map((cell) => String(cell).padStart(9)).join('')}\n`;
  const rows = all.map(([name, { added, removed, changed }]) =>
    row(printable(name), added, removed, changed),
  );
  return `${more}${paint.bold(row('RULE', 'added', 'removed', 'changed').trimEnd())}\n${rows.join('')}\n${last}`;
}

const actionJson = (delivery: Asked | undefined): object | undefined =>
  delivery && { ...delivery.action, causes: delivery.causes };

/** The differences of one event, as JSON lines. */
export function eventJson(record: EventRecord, changes: readonly Change[], causeOf: CauseOf): string {
  const { file, line, offset } = record;
  const lines = changes.map((change) => {
    const { kind } = change;
    return {
      type: 'difference',
      kind,
      shadow: change.shadow,
      file,
      line,
      offset,
      person: latestOf(change).person,
      rules: rulesOf(change, causeOf),
      before: actionJson('before' in change ? change.before : undefined),
      after: actionJson('after' in change ? change.after : undefined),
      fields: kind === 'changed' ? change.fields : undefined,
    };
  });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** The sums, as a JSON line. */
export function sumsJson({ rules, shadows, shadowActions, ...sums }: DiffSums): string {
  const told = shadows.size > 0 ? { shadows: Object.fromEntries(shadows), shadowActions } : {};
  return `${JSON.stringify({ type: 'summary', ...sums, rules: Object.fromEntries(rules), ...told })}\n`;
}
