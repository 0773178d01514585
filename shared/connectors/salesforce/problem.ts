import * as z from 'zod';
import { Fault, type FaultCode } from '../../core/fault.js';
import type { Outcome } from '../../core/remote.js';
import { retry } from '../wire/outcome.js';
import { presentable } from '../wire/vendor-text.js';
import { spentOf } from './usage.js';

/** What is needed to put an answer into words. */
export interface Answering {
  readonly connection: string;
  readonly now: number;
  readonly random: () => number;
  /** Removed from vendor texts, should the server echo them. */
  readonly secrets: readonly string[];
  /** Said when credentials are refused. */
  readonly advice: string;
  /** What the org calls the request. */
  readonly requestId?: string | undefined;
  /** False when the request must not be made again by itself: what it was about may have been done. */
  readonly repeatable?: boolean;
  /** What errors mean for a row where the operation gives them a meaning of their own. */
  readonly meaning?: (problems: readonly Problem[]) => Outcome | undefined;
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
const LIMIT = 'REQUEST_LIMIT_EXCEEDED';

/** Errors that waiting may cure, and what they say about the row or the org. */
const PASSING = new Map<string, { readonly scope: 'row' | 'connection'; readonly code: FaultCode }>([
  ['UNABLE_TO_LOCK_ROW', { scope: 'row', code: 'remote.row-busy' }],
  ['QUERY_TIMEOUT', { scope: 'row', code: 'remote.row-busy' }],
  ['REQUEST_RUNNING_TOO_LONG', { scope: 'row', code: 'remote.row-busy' }],
  ['SERVER_UNAVAILABLE', { scope: 'row', code: 'remote.row-busy' }],
  ['PLATFORM_EVENT_PUBLISHING_UNAVAILABLE', { scope: 'row', code: 'remote.unavailable' }],
  // Only new rows and events need room; what is there can still be written.
  ['STORAGE_LIMIT_EXCEEDED', { scope: 'row', code: 'remote.quota' }],
  ['LIMIT_EXCEEDED', { scope: 'row', code: 'remote.quota' }],
  [
    'INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE',
    { scope: 'connection', code: 'remote.unavailable' },
  ],
  // Nobody is let in, whatever the row: somebody at the org must act, and the rows are none the worse for it.
  ['API_DISABLED_FOR_ORG', { scope: 'connection', code: 'remote.unauthorized' }],
  ['API_CURRENTLY_DISABLED', { scope: 'connection', code: 'remote.unauthorized' }],
  [LIMIT, { scope: 'connection', code: 'remote.throttled' }],
]);

/** True for an error that waiting may cure. */
const isPassing = ({ code }: Problem): boolean => PASSING.has(code);

function dailyLimitReached(header: string | null): boolean {
  const spent = spentOf(header);
  return spent !== undefined && spent.used >= spent.limit;
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

function passing(connection: string, said: string): Outcome {
  const { scope, code } = PASSING.get(said) ?? { scope: 'row', code: 'remote.row-busy' };
  const what = scope === 'row' ? 'could not write a row just now' : 'takes no changes just now';
  return retry(scope, new Fault(code, `"${connection}" ${what} (${said}).`));
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
  return first === undefined ? undefined : passing(context.connection, first.code);
}
