import * as z from 'zod';
import { Fault } from '../../core/fault.js';
import type { Operation, Outcome } from '../../core/remote.js';
import { retry } from '../wire/outcome.js';
import { presentable } from '../wire/vendor-text.js';

/** What is needed to put an answer into words. */
export interface Answering {
  readonly connection: string;
  readonly operation: Operation;
  readonly now: number;
  readonly random: () => number;
  /** Removed from vendor texts, should the server echo them. */
  readonly secrets: readonly string[];
  /** Said when credentials are refused. */
  readonly advice: string;
  /** What HubSpot calls the request: its correlation id. */
  readonly requestId?: string | undefined;
}

const Text = z.string().catch('');
/** Lists of texts by name, by the schema; some endpoints give a text instead of a list. */
const Context = z.record(z.string(), z.unknown()).catch({});
const Detail = z.object({ code: Text, in: Text, context: Context });

/**
 * An error of HubSpot, of a request or of one row in it. All of its fields "should be treated as optional in any error
 * parsing" (developers.hubspot.com, "Error handling").
 */
export const Problem = z.object({
  category: Text,
  subCategory: Text,
  message: Text,
  policyName: Text,
  context: Context,
  errors: z.array(Detail).catch([]),
});
export type Problem = z.infer<typeof Problem>;

/** The texts under a name of an error's context. */
export function contextOf({ context }: Pick<Problem, 'context'>, name: string): readonly string[] {
  const value = Object.hasOwn(context, name) ? context[name] : undefined;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((text) => typeof text === 'string');
}

/** `Property values were not valid: [{"error":"INVALID_EMAIL","name":"email",…}]`: what is wrong is told in the message. */
const ERROR_IN_TEXT = /"error":"([A-Z][A-Z0-9_]*)"/;
const NAME_IN_TEXT = /"name":"([A-Za-z0-9_]+)"/;

const firstOf = (texts: readonly (string | undefined)[]): string | undefined =>
  texts.find((text) => text !== undefined && text !== '');

/** A refusal for good, in the vendor's words; `otherwise` is its code when the error names none. */
export function rejected(
  { secrets }: Answering,
  problem: Problem,
  otherwise: string,
): Extract<Outcome, { kind: 'rejected' }> {
  const { category, subCategory, message, errors } = problem;
  const [detail] = errors;
  const clean = (text: string): string => presentable(text, secrets);
  const code = firstOf([detail?.code, ERROR_IN_TEXT.exec(message)?.[1], subCategory, category]) ?? otherwise;
  const field = firstOf([
    contextOf(problem, 'propertyName')[0],
    detail && contextOf(detail, 'propertyName')[0],
    detail?.in,
    NAME_IN_TEXT.exec(message)?.[1],
  ]);
  const outcome = { kind: 'rejected', code: clean(code.slice(0, 100)), text: clean(message) } as const;
  return field === undefined ? outcome : { ...outcome, field: clean(field) };
}

/** What an error in the answer to a batch means for the row it names. */
export function fromRowProblem(context: Answering, problem: Problem): Outcome {
  const { connection } = context;
  switch (problem.category) {
    case 'RATE_LIMITS':
      return retry(
        'connection',
        new Fault('remote.throttled', `"${connection}" ran into its rate limit within a request.`),
        Math.round(10_000 * (1 + context.random() / 2)),
      );
    case 'INTERNAL_ERROR':
      return retry(
        'row',
        new Fault('remote.unavailable', `"${connection}" had an error of its own with a row.`),
      );
    default:
      return rejected(context, problem, 'UNKNOWN');
  }
}
