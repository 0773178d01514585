import { plural } from '../shared/core/plural.js';
import type { Asked, EndingName } from '../shared/core/ports.js';
import type { Played } from '../shared/dry-run/dry-run.js';
import type { Cause, Tally } from '../shared/dry-run/tally.js';
import { type EventRecord, placeOf } from '../shared/events/read-events.js';
import type { Paint } from './paint.js';
import { printable } from './printable.js';
import { titleOf, valueText } from './value-text.js';

/** One record that was played, and when it counts as taken in. */
export interface Shown {
  readonly record: EventRecord & { readonly isMissing?: boolean };
  /** Epoch milliseconds. */
  readonly at: number;
  readonly played: Played;
}

type CauseOf = (cause: string) => Cause;

const ofRecord = ({ record: { file, line, offset, isMissing }, at }: Shown): object => ({
  file,
  ...(isMissing ? { missing: true } : { line, offset }),
  at: new Date(at).toISOString(),
});

/** The actions of a record, and its ending where that says more, as JSON lines. */
export function jsonOf(shown: Shown, causeOf: CauseOf, all: boolean): string {
  const { ending, deliveries, shadows } = shown.played;
  const lineOf = ({ person, action, causes }: Asked, more: object) => ({
    type: 'action',
    ...more,
    ...ofRecord(shown),
    person,
    ...action,
    causes: causes.map(causeOf),
  });
  const actions = [
    ...deliveries.map((one) => lineOf(one, {})),
    ...shadows.map((one) => lineOf(one, { shadow: true })),
  ];
  const last = { type: 'record', ...ofRecord(shown), person: ending.person, ending: ending.name };
  const { code, message: text } = ending.fault ?? {};
  const isTold = all || isTelling(ending.name);
  return [...actions, ...(isTold ? [{ ...last, code, text }] : [])]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}

/** Endings that somebody should look at. */
const isTelling = (name: EndingName): boolean =>
  name !== 'delivered' && name !== 'unchanged' && name !== 'irrelevant' && name !== 'stale';

const COLOURS: Readonly<Partial<Record<EndingName, keyof Paint>>> = {
  delivered: 'green',
  malformed: 'red',
  rejected: 'red',
  unaddressed: 'yellow',
  withheld: 'yellow',
};

/** Before what a shadow would do. */
const SHADOW = 'shadow: ';

function actionText({ action, causes }: Asked, paint: Paint, mark = ''): string {
  const names = Object.keys(action.fields);
  const width = names.reduce((most, name) => Math.max(most, name.length), 0);
  const fields = Object.entries(action.fields).map(
    ([name, value]) => `      ${printable(name).padEnd(width)}  ${valueText(value)}\n`,
  );
  const why = causes.map((cause) => `      ${paint.dim(`because of: ${printable(cause)}`)}\n`);
  return [`    ${mark}${paint.bold(titleOf(action))}\n`, ...fields, ...why].join('');
}

/** One record in a paragraph; empty when nothing is to be said of it. */
export function textOf(
  { record, played: { ending, deliveries, shadows } }: Shown,
  paint: Paint,
  all: boolean,
): string {
  if (deliveries.length + shadows.length === 0 && !all && !isTelling(ending.name)) return '';
  const { name, person, fault } = ending;
  const colour = paint[COLOURS[name] ?? 'dim'];
  const head = [
    paint.cyan(printable(record.isMissing ? `${record.file}: missing` : placeOf(record))),
    person && printable(person),
    colour(name),
  ];
  const why = fault ? `    ${fault.code}: ${printable(fault.message)}\n` : '';
  const actions = [
    ...deliveries.map((one) => actionText(one, paint)),
    ...shadows.map((one) => actionText(one, paint, SHADOW)),
  ];
  return `${head.filter(Boolean).join('  ')}\n${why}${actions.join('')}\n`;
}

type Row = readonly [name: string, count: number];

function table(title: string, rows: readonly Row[], width: number, paint: Paint): string {
  const lines = rows.map(
    ([name, count]) => `${printable(name).padEnd(width)}  ${String(count).padStart(9)}\n`,
  );
  return `${paint.bold(title)}\n${lines.join('')}`;
}

/** What is told besides the tally. */
interface More {
  readonly persons: number;
  /** Exits of full exports that a deployment would not carry out before somebody agrees, though they are counted. */
  readonly waiting: number;
}

/** The sums, as tables. */
export function tallyText(
  { records, actions, endings, rules, shadows }: Tally,
  { persons, waiting }: More,
  paint: Paint,
): string {
  const ended: Row[] = Object.entries(endings).filter(([, count]) => count > 0);
  const width = [...ended, ...rules, ...shadows].reduce((most, [name]) => Math.max(most, name.length), 14);
  return [
    table('ENDINGS', [...ended, ['records in all', records]], width, paint),
    table('ACTIONS BY RULE', [...rules, ['actions in all', actions]], width, paint),
    ...(shadows.size > 0 ? [table('SHADOWS: NOT SENT, BY RULE', [...shadows], width, paint)] : []),
    `${plural(persons, 'person')} known${waiting > 0 ? `; ${plural(waiting, 'exit')} would wait until somebody agrees` : ''}\n`,
  ].join('\n');
}

/** The sums, as a JSON line. */
export function tallyJson(
  { records, actions, endings, rules, shadows }: Tally,
  { persons, waiting }: More,
): string {
  const sums = { type: 'summary', records, endings, actions, rules: Object.fromEntries(rules) };
  const told = shadows.size > 0 ? { shadows: Object.fromEntries(shadows) } : {};
  return `${JSON.stringify({ ...sums, ...told, persons, ...(waiting > 0 && { exitsWaiting: waiting }) })}\n`;
}
