import type { LocatedCase } from '../shared/config/load-tests.js';
import { plural } from '../shared/core/plural.js';
import type { Json } from '../shared/core/ports.js';
import type { Action } from '../shared/core/remote.js';
import type { ExpectedAction } from '../shared/core/test-case.js';
import type { Difference, FieldDifference } from '../shared/dry-run/case-match.js';
import type { CaseResult } from '../shared/dry-run/run-case.js';
import type { Paint } from './paint.js';
import { printable } from './printable.js';
import { titleOf, valueText } from './value-text.js';

/** A case that was run. */
export interface RanCase extends LocatedCase {
  readonly result: CaseResult;
  /** How long it took, milliseconds. */
  readonly ms: number;
}

/** Sums of a run. */
export interface TestSums {
  readonly cases: number;
  readonly failed: number;
  /** Rules that asked for no action in any case. */
  readonly silent: readonly string[];
}

/** Whether everything was as it was expected. */
export const passed = ({ result: { differences, complaints } }: RanCase): boolean =>
  differences.length === 0 && complaints.length === 0;

const expectedTitle = ({ operation, target, list, match = {}, shadow }: ExpectedAction): string => {
  const [connection = '', object = ''] = target.split('/');
  const mark = shadow ? 'shadow: ' : '';
  return mark + titleOf({ operation, connection, object, key: match, ...(list !== undefined && { list }) });
};

const lines = (values: Readonly<Record<string, Json>>): readonly string[] =>
  Object.entries(values).map(([name, value]) => `    ${printable(name)}: ${valueText(value)}`);

const side = (value: Json | undefined, nothing: string): string =>
  value === undefined ? nothing : valueText(value);

function fieldLines({ name, expected, actual }: FieldDifference, paint: Paint): readonly string[] {
  return [
    `    ${printable(name)}`,
    paint.green(`      expected  ${side(expected, 'not to be written')}`),
    paint.red(`      was       ${side(actual, 'not written')}`),
  ];
}

function differenceLines(difference: Difference, paint: Paint): readonly string[] {
  switch (difference.kind) {
    case 'missing':
      return [
        `  ${paint.red('not done:')} ${expectedTitle(difference.expected)}`,
        ...lines(difference.expected.set ?? {}),
      ];
    case 'unexpected':
      return [
        `  ${paint.red('not expected:')} ${titleOf(difference.actual)}`,
        ...lines(difference.actual.fields),
      ];
    case 'different':
      return [
        `  ${paint.red('otherwise than expected:')} ${titleOf(difference.actual)}`,
        ...difference.fields.flatMap((field) => fieldLines(field, paint)),
      ];
  }
}

/** What is wrong with a case, in lines. */
export function failureLines({ result }: RanCase, paint: Paint): readonly string[] {
  const complaints = result.complaints.map((text) => `  ${printable(text)}`);
  return [...complaints, ...result.differences.flatMap((one) => differenceLines(one, paint))];
}

/** One case in a line, and what is wrong with it. */
export function caseText(ran: RanCase, paint: Paint): string {
  const place = paint.dim(`${printable(ran.file)}:${ran.line}`);
  if (passed(ran)) return `${paint.green('ok')}      ${printable(ran.test.name)}\n`;
  const failure = failureLines(ran, paint).map((line) => `${line}\n`);
  return `${paint.red('failed')}  ${printable(ran.test.name)}  ${place}\n${failure.join('')}`;
}

/** The sums, for people. */
export function sumsText({ cases, failed, silent }: TestSums, paint: Paint): string {
  const count =
    failed > 0
      ? paint.red(`${failed} of ${plural(cases, 'case')} failed`)
      : paint.green(`${plural(cases, 'case')} passed`);
  const rest =
    silent.length > 0
      ? `no case makes these rules act: ${silent.map((name) => printable(name)).join(', ')}\n`
      : '';
  return `\n${count}\n${rest}`;
}

const actionJson = ({ connection, operation, object, list, key, fields }: Action): object => ({
  connection,
  operation,
  object,
  list,
  key,
  fields,
});

const differenceJson = (difference: Difference): object =>
  'actual' in difference ? { ...difference, actual: actionJson(difference.actual) } : difference;

/** One case as a JSON line. */
export function caseJson(ran: RanCase): string {
  const { file, line, test, result, ms } = ran;
  const { complaints, differences } = result;
  const told = { file, line, name: test.name, passed: passed(ran), ms, complaints };
  return `${JSON.stringify({ type: 'case', ...told, differences: differences.map(differenceJson) })}\n`;
}

/** The sums as a JSON line. */
export const sumsJson = (sums: TestSums): string => `${JSON.stringify({ type: 'summary', ...sums })}\n`;
