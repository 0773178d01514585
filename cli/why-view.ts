import type { Told, ToldEntry, ToldPerson, ToldRow } from '../shared/audit/told.js';
import { plural } from '../shared/core/plural.js';
import type { Paint } from './paint.js';
import { printable } from './printable.js';

/** Most of one text that is shown in a line. */
const MOST = 120;
const show = (text: string, most = MOST): string => printable(text, most);

/** To the second; the rest is in the JSON. */
const time = (iso: string): string => iso.replace('T', ' ').replace(/\.\d+Z$/, 'Z');

type Answer = ToldEntry['answer'];

const NOTHING: Readonly<Record<NonNullable<Answer['why']>, string>> = {
  unchanged: 'nothing sent: the target holds it all already',
  withheld: 'nothing sent: the newest consent known is no clear yes',
  unaddressed: 'nothing sent: there is nothing to address the row by',
  'no-rule': 'nothing sent: no rule wants it',
};

const DONE: Readonly<Record<NonNullable<ToldEntry['operation']>, string>> = {
  upsert: 'written',
  update: 'updated',
  add: 'added to',
  remove: 'removed from',
  send: 'sent',
  delete: 'deleted',
};

/** What was done, in a word or two. */
function doneOf({ operation = 'upsert', list }: ToldEntry, { kind }: Answer): string {
  if (operation === 'upsert' && kind !== 'accepted') return kind === 'created' ? 'made' : 'updated';
  return list === undefined ? DONE[operation] : `${DONE[operation]} ${show(list)}`;
}

function headOf(entry: ToldEntry, paint: Paint): string {
  const { answer, times = 1 } = entry;
  const { kind, code = '', field, text, why = 'no-rule' } = answer;
  const often = times > 1 ? ` (${times} times, this is the last)` : '';
  const about = field === undefined ? '' : ` (${show(field)})`;
  const said = text === undefined ? '' : `: ${show(text, 300)}`;
  switch (kind) {
    case 'nothing':
      return paint.dim(NOTHING[why] + often);
    case 'absent':
      return paint.yellow(`nothing done: the target has no such row${often}`);
    case 'unanswered':
      return paint.yellow(`no answer, so it may have been done: ${show(code)}${about}${said}${often}`);
    case 'rejected':
      return paint.red(`refused: ${show(code)}${about}${said}${often}`);
    default:
      return paint.green(doneOf(entry, answer));
  }
}

function audienceText({
  key,
  name,
  title,
  change,
  member,
  at,
  backfill,
  overtaken,
}: ToldEntry['audiences'][number]): string {
  const called = `${show(name ?? key)}${title === undefined ? '' : ` "${show(title)}"`}`;
  const now = member ? 'a member' : 'no member';
  const what = change === 'same' ? `${now} as before` : change === 'stayed' ? 'still a member' : change;
  const more = [backfill && 'old news when first seen', overtaken && 'the opposite followed'].filter(Boolean);
  return `${called}: ${what}, as of ${time(at)}${more.length > 0 ? ` (${more.join(', ')})` : ''}`;
}

/** Beside causes: where the rules stand that they name. */
function causeText(cause: string, { rules }: ToldEntry): string {
  const rule = rules.find(
    ({ name, at }) => at !== undefined && (cause === name || cause.startsWith(`${name} (`)),
  );
  return rule?.at === undefined ? show(cause, 300) : `${show(cause, 300)}  ${show(rule.at)}`;
}

const messageText = ({ source, id, record, at }: ToldEntry['messages'][number]): string =>
  `${show(source)} ${show(id)} record ${record}, taken in ${time(at)}`;

/** Columns side by side, each as wide as its widest. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function fieldLines({ fields, moreFields = 0 }: ToldEntry): string[] {
  if (fields.length === 0) return [];
  const rows = fields.map(({ name, value, changed, rule }) => [
    show(name, 40),
    value === undefined ? 'withheld' : show(JSON.stringify(value), 60),
    changed ? 'changed' : 'as before',
    show(rule, 60),
  ]);
  const more = moreFields > 0 ? [`and ${plural(moreFields, 'more field')}`] : [];
  return [...table([['FIELD', 'VALUE', '', 'RULE'], ...rows]), ...more];
}

/** The object of an entry: of a person there are entries about several. */
function objectText({ place, list, match }: ToldEntry): string[][] {
  if (place === undefined) return [];
  const lists = list === undefined ? '' : `, list ${show(list)}`;
  const matched = match === undefined ? '' : `, matched on ${show(match)}`;
  return [['object', show(place) + lists + matched]];
}

/** `isFiled`: under the heading of its row, which need not be named again. */
function entryText(entry: ToldEntry, paint: Paint, isFiled: boolean): string {
  const { at, causes, audiences, messages, answer, persons, again, muted = [], unaddressed = [] } = entry;
  const request = answer.requestId === undefined ? [] : [['request', show(answer.requestId)]];
  const facts = [
    ...(isFiled ? [] : objectText(entry)),
    ...causes.map((cause) => ['because', causeText(cause, entry)]),
    ...unaddressed.map((reason) => ['because', show(reason, 300)]),
    ...muted.map((rule) => [
      'muted',
      `${show(rule)}: history when it was first seen, so its send was left out`,
    ]),
    ...(again ? [['whole', 'what the row held was in doubt, forgotten or too old to count']] : []),
    ...audiences.map((audience) => ['audience', audienceText(audience)]),
    ...messages.map((message) => ['event', messageText(message)]),
    ...(entry.moreMessages ? [['', `and ${plural(entry.moreMessages, 'more event')}`]] : []),
    ...request,
    ['person', `${persons.map((name) => show(name)).join(', ')} in the logs`],
  ];
  const lines = [
    ...facts.map(([name = '', text = '']) => `${name.padEnd(8)}  ${text}`),
    ...fieldLines(entry),
  ];
  return [`${paint.bold(time(at))}  ${headOf(entry, paint)}`, ...lines.map((line) => `  ${line}`)].join('\n');
}

const droppedText = (dropped: string | undefined): string[] =>
  dropped === undefined ? [] : [`older entries, up to ${time(dropped)}, have made room`];

const OTHER_SPELLING =
  'the key with other capital and small letters: another row, if the target tells those apart';

function rowText(
  { connection, object, key, entries, dropped, otherSpelling }: ToldRow,
  paint: Paint,
): string {
  const name = key.startsWith('!') ? `${connection}/${object}, once` : `${connection}/${object}/${key}`;
  return [
    paint.cyan(show(name, 300)),
    ...(otherSpelling ? [OTHER_SPELLING] : []),
    ...droppedText(dropped),
    ...entries.map((entry) => entryText(entry, paint, true)),
  ].join('\n\n');
}

function personText({ entries, dropped, now }: ToldPerson, paint: Paint): string {
  const told = [...droppedText(dropped), ...entries.map((entry) => entryText(entry, paint, false))];
  if (!now) return [paint.cyan('what came to nothing'), ...told].join('\n\n');
  const audiences = now.audiences.map(({ key, name, title, member, at }) =>
    audienceText({
      key,
      ...(name !== undefined && { name }),
      ...(title !== undefined && { title }),
      change: 'same',
      member,
      at,
    }).replace(' as before', ''),
  );
  const newest = now.newestRecord === undefined ? [] : [`newest record: ${time(now.newestRecord)}`];
  const unsure =
    now.unsure > 0
      ? [
          `${plural(now.unsure, 'row')} without a last word: waiting (tributary parked), or the answer never came`,
        ]
      : [];
  const stands = [
    paint.cyan('how the person stands now'),
    ...[...audiences, ...newest, ...unsure].map((line) => `  ${line}`),
  ].join('\n');
  return told.length === 0 ? stands : [stands, paint.cyan('what came to nothing'), ...told].join('\n\n');
}

/** The whole answer, for a terminal. Nothing in it can move the cursor or ring. */
export const whyText = ({ rows, persons }: Told, paint: Paint): string =>
  `${[...rows.map((row) => rowText(row, paint)), ...persons.map((person) => personText(person, paint))].join('\n\n')}\n`;
