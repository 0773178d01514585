import * as z from 'zod';
import { Fault } from '../../core/fault.js';
import type { Outcome } from '../../core/remote.js';
import { retry } from '../wire/outcome.js';
import { presentable } from '../wire/vendor-text.js';

/** What is needed to put an answer into words. */
export interface Answering {
  readonly connection: string;
  readonly now: number;
  readonly random: () => number;
  /** Removed from vendor texts, should the server echo them. */
  readonly secrets: readonly string[];
  /** Said when credentials are refused. */
  readonly advice: string;
}

/** One error of Salesforce. Rows say `statusCode`, requests `errorCode`: two names for one list of codes. */
export const Problem = z
  .object({
    statusCode: z.string().optional(),
    errorCode: z.string().optional(),
    message: z.string().catch(''),
    fields: z.array(z.string()).catch([]),
  })
  .transform(({ statusCode, errorCode, message, fields }) => ({
    code: (statusCode ?? errorCode ?? 'UNKNOWN').slice(0, 100),
    message,
    fields,
  }));
export type Problem = z.infer<typeof Problem>;

const MINUTE = 60_000;
const BUSY = new Set(['UNABLE_TO_LOCK_ROW', 'QUERY_TIMEOUT', 'SERVER_UNAVAILABLE']);
const LIMIT = 'REQUEST_LIMIT_EXCEEDED';

/** True for an error that waiting may cure. */
const isPassing = ({ code }: Problem): boolean => BUSY.has(code) || code === LIMIT;

/** `api-usage=10018/100000; api-bursts=1/750`: newer releases append pairs, so the pair is looked for by name. */
function dailyLimitReached(header: string | null): boolean {
  const [, used, limit] = /(?:^|[;,\s])api-usage=(\d+)\/(\d+)/.exec(header ?? '') ?? [];
  return used !== undefined && limit !== undefined && Number(used) >= Number(limit);
}

/** A used-up quota is 403 without `Retry-After`; only the message (or the usage header) tells which limit it was. */
function limited({ connection, random }: Answering, { message }: Problem, usage: string | null): Outcome {
  const concurrent = message.includes('Concurrent');
  if (!concurrent && (message.includes('TotalRequests') || dailyLimitReached(usage))) {
    const text = `"${connection}" has used up its org's API requests (${LIMIT}, TotalRequests). They come back over 24 hours; see who else uses the API, or raise the limit.`;
    return retry('connection', new Fault('remote.quota', text), Math.round((15 + 5 * random()) * MINUTE));
  }
  const text = `"${connection}" has too many ${concurrent ? 'long requests at once' : 'requests'} (${LIMIT}).`;
  const base = concurrent ? 3000 : 30_000;
  return retry('connection', new Fault('remote.throttled', text), Math.round(base * (1 + random())));
}

function busy(connection: string, code: string): Outcome {
  return retry(
    'row',
    new Fault('remote.row-busy', `"${connection}" could not write a row just now (${code}).`),
  );
}

/** A refusal for good, in the vendor's words. */
function rejected(secrets: readonly string[], problems: readonly Problem[], lasting: Problem): Outcome {
  const clean = (text: string): string => presentable(text, secrets);
  const [field] = lasting.fields;
  const text = clean(problems.map(({ message }) => message).join('; '));
  const outcome = { kind: 'rejected', code: clean(lasting.code), text } as const;
  return field === undefined ? outcome : { ...outcome, field: clean(field) };
}

/**
 * What a list of errors means for the row (or each row) it is about. One lasting error outweighs passing ones: waiting
 * would not cure it. Nothing when the list is empty.
 */
export function fromProblems(
  context: Answering,
  problems: readonly Problem[],
  usage: string | null,
): Outcome | undefined {
  const lasting = problems.find((problem) => !isPassing(problem));
  if (lasting !== undefined) return rejected(context.secrets, problems, lasting);
  const limit = problems.find(({ code }) => code === LIMIT);
  if (limit !== undefined) return limited(context, limit, usage);
  const [first] = problems;
  return first === undefined ? undefined : busy(context.connection, first.code);
}
