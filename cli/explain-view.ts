import { DELETED, LISTED } from '../shared/core/compiled.js';
import type { AudienceNews, Explanation, RuleNews } from '../shared/core/explain.js';
import type { ActionNews, FieldNews } from '../shared/core/explain-action.js';
import type { Json } from '../shared/core/ports.js';
import type { Trace } from '../shared/core/scope.js';
import type { Standing } from '../shared/core/state.js';
import { timeText } from '../shared/core/time-text.js';
import type { Explained } from '../shared/dry-run/explained.js';
import { whenOf } from '../shared/dry-run/reasons.js';
import { placeOf } from '../shared/events/read-events.js';
import type { Paint } from './paint.js';
import { printable } from './printable.js';
import { titleOf, valueText } from './value-text.js';

const standingText = (standing: Standing | undefined): string =>
  standing === undefined
    ? 'nothing known'
    : `${standing.member ? 'member' : 'not a member'}, as of ${timeText(standing.at)}`;

const CHANGES = {
  entered: 'entered',
  left: 'left',
  stayed: 'stayed',
  out: 'still not a member',
  stale: 'older than what is known',
} as const;

const changeText = ({ change, backfill }: AudienceNews): string =>
  `${change === undefined ? 'not in this event' : CHANGES[change]}${backfill ? ' (history)' : ''}`;

function audiencesText(audiences: readonly AudienceNews[], paint: Paint): string {
  const told = audiences.filter(({ before, change }) => before !== undefined || change !== undefined);
  const width = told.reduce((most, { name }) => Math.max(most, name.length), 0);
  const lines = told.map((news) => {
    const before = standingText(news.before);
    const after = news.change === undefined ? '' : ` -> ${standingText(news.after)}`;
    return `  ${printable(news.name).padEnd(width)}  ${changeText(news)}: ${before}${after}\n`;
  });
  const others = audiences.length - told.length;
  const rest = others > 0 ? `  nothing is known of ${others} more\n` : '';
  return `${paint.bold('AUDIENCES')}\n${lines.join('')}${rest}\n`;
}

const yesNo = (holds: boolean, paint: Paint): string => (holds ? paint.green('yes') : paint.red('no '));

/** No value makes every comparison false, which is what people wonder about most. */
const sawText = ({ looked, saw }: Trace): string => {
  if (!looked) return '';
  return saw === undefined || saw === null ? '  saw nothing' : `  saw ${valueText(saw)}`;
};

function traceText({ items, why, ...trace }: Trace, indent: string, paint: Paint): string {
  const because = why === undefined ? '' : `  (${printable(why)})`;
  const line = `${indent}${yesNo(trace.holds, paint)}  ${printable(trace.text)}${sawText(trace)}${because}\n`;
  return [line, ...(items ?? []).map((item) => traceText(item, `${indent}  `, paint))].join('');
}

const OUTCOMES: Readonly<Record<RuleNews['outcome'], readonly [string, keyof Paint]>> = {
  does: ['matched', 'green'],
  otherwise: ['does otherwise', 'yellow'],
  keeps: ['outside: fields follow, constants stay', 'yellow'],
  nothing: ['did not match', 'dim'],
  stopped: ['stopped', 'yellow'],
};

function changedText({ rule }: RuleNews, { before, after }: Explanation): string {
  const path = rule.path ?? '';
  const [was, is] = [before, after].map(({ values }) => values.get(path)?.value);
  const text = (value: Json | undefined): string => (value === undefined ? 'nothing' : valueText(value));
  return `it was ${text(was)} and is ${text(is)}`;
}

function whyNot(news: RuleNews, explanation: Explanation): string {
  if (news.rule.trigger === 'changed') return changedText(news, explanation);
  const about = explanation.audiences.filter(({ name }) =>
    news.rule.audiences.some((one) => one.name === name),
  );
  return about
    .map(
      (one) => `${one.name}: ${news.rule.trigger === 'member' ? standingText(one.after) : changeText(one)}`,
    )
    .join('; ');
}

function ruleText(news: RuleNews, explanation: Explanation, paint: Paint): string {
  const [outcome, colour] = OUTCOMES[news.outcome];
  const by = news.outcome === 'stopped' ? ` by ${JSON.stringify(explanation.stoppedBy)}` : '';
  const head = `  ${paint.bold(printable(news.rule.name))}: ${paint[colour](`${outcome}${by}`)}\n`;
  const why = news.when ? '' : `  (${printable(whyNot(news, explanation))})`;
  const when = `    when  ${yesNo(news.when, paint)}  ${printable(whenOf(news))}${why}\n`;
  const condition = news.condition ? traceText(news.condition, '    if    ', paint) : '';
  const due =
    news.notDue > 0
      ? `    ${news.notDue} not sent: the membership is history, or was never known to begin\n`
      : '';
  return head + when + condition.replaceAll('\n    if    ', '\n          ') + due;
}

const SAID: Readonly<Record<string, string>> = { [LISTED]: '(on the list)', [DELETED]: '(deleted)' };

function fieldText({ name, value, rule, sent, lost }: FieldNews, width: number, action: ActionNews): string {
  const kept = action.sent && !sent ? '; not sent, what stands there is newer' : '';
  const others = lost.map((one) => `; ${printable(one.rule)} wanted ${valueText(one.value)}`);
  const from = printable(rule ?? 'consent withdrawn');
  return `    ${printable(SAID[name] ?? name).padEnd(width)}  ${valueText(value)}  from: ${from}${others.join('')}${kept}\n`;
}

function actionText(news: ActionNews, paint: Paint, would = paint.green('would be sent')): string {
  const width = Math.max(0, ...news.fields.map(({ name }) => (SAID[name] ?? name).length));
  const fate = news.sent ? would : paint.dim('not sent: the target holds all of it already');
  const fields = news.fields.map((field) => fieldText(field, width, news));
  return `  ${paint.bold(titleOf(news.action))}: ${fate}\n${fields.join('')}`;
}

function consentText({ consent }: Explanation, paint: Paint): string {
  if (!consent) return '';
  const { path, value, allows } = consent;
  const said = value === undefined ? 'is missing' : `is ${valueText(value)}`;
  return `${paint.bold('CONSENT')}\n  ${path} ${said}: ${allows ? 'given' : 'nothing may be done but what is meant for that'}\n\n`;
}

const addressless = ({ unaddressed }: Explanation): readonly string[] =>
  unaddressed.map((text) => `  ${printable(text)}\n`);

/** What rules that are shadows come to, each as if it were the only one. */
function shadowsText({ shadows }: Explanation, paint: Paint): string {
  if (shadows.length === 0) return '';
  const texts = shadows.flatMap((one) => [
    ...one.rules.map((rule) => ruleText(rule, one, paint)),
    ...one.actions.map((action) =>
      actionText(action, paint, paint.yellow('would be sent by a rule at work')),
    ),
    ...addressless(one),
  ]);
  return `${paint.bold('SHADOWS')}\n${texts.join('')}\n`;
}

function reasonsText(explanation: Explanation, paint: Paint): string {
  const rules = explanation.rules.map((rule) => ruleText(rule, explanation, paint));
  const actions = [
    ...explanation.actions.map((action) => actionText(action, paint)),
    ...addressless(explanation),
  ];
  return [
    audiencesText(explanation.audiences, paint),
    consentText(explanation, paint),
    `${paint.bold('RULES')}\n${rules.join('')}\n`,
    `${paint.bold('ACTIONS')}\n${actions.length > 0 ? actions.join('') : '  none\n'}\n`,
    shadowsText(explanation, paint),
  ].join('');
}

/** The reasons, for people. */
export function explanationText(
  { record, at, person, explanation, played: { ending } }: Explained,
  paint: Paint,
): string {
  const head = [
    paint.cyan(printable(placeOf(record))),
    person && printable(person.id),
    `taken in ${timeText(at * 1000)}`,
  ];
  const fault = ending.fault ? `  ${ending.fault.code}: ${printable(ending.fault.message)}\n` : '';
  return [
    `${head.filter(Boolean).join('  ')}\n\n`,
    explanation ? reasonsText(explanation, paint) : '',
    `${paint.bold('ENDING')}\n  ${ending.name}\n${fault}`,
  ].join('');
}
