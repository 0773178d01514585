import * as z from 'zod';
import { Fault } from '../../core/fault.js';
import type { Operation, Outcome } from '../../core/remote.js';
import { unauthorized } from '../auth/tokens.js';
import { retry } from '../wire/outcome.js';
import { isWord, presentable } from '../wire/vendor-text.js';
import { at, BodyPath } from './success.js';

/** What a code or status of an API can mean for the rows it is about. */
const MEANINGS = [
  'accepted',
  'absent',
  'rejected',
  'busy',
  'throttled',
  'quota',
  'unavailable',
  'unauthorized',
] as const;

const Meaning = z
  .union([
    z.enum(MEANINGS),
    z.strictObject({
      is: z.enum(MEANINGS),
      waitSeconds: z.number().positive().max(86_400).describe('How long to leave the connection alone.'),
    }),
  ])
  .describe(
    'accepted: as wished already. absent: no such row. rejected: for good. busy: this row, later. throttled, quota, unavailable: the whole connection, later. unauthorized: our credentials.',
  );
export type Meaning = z.infer<typeof Meaning>;

/** Stands for the body itself, where an API answers with one word instead of JSON, or for an item that is no object. */
const BODY = '$body';

/** Where an API says what went wrong, and what its codes mean. */
export const HttpErrors = z.strictObject({
  code: BodyPath.optional().describe(`Path of the error's code; ${BODY}: the body itself, one word of text.`),
  text: BodyPath.optional().describe("Path of the error's text."),
  field: BodyPath.optional().describe('Path of the field at fault.'),
  codes: z.record(z.string(), Meaning).default({}).describe('What a code means, whatever the status.'),
});
export type HttpErrors = z.infer<typeof HttpErrors>;

/** The same for whole answers, whose status may mean something too. */
export const HttpRequestErrors = HttpErrors.extend({
  statuses: z
    .record(z.string().regex(/^[1-5]\d\d$/, 'must be an HTTP status'), Meaning)
    .default({})
    .describe('What a status means, unless the code says more.'),
  retryAfter: z
    .string()
    .regex(/^[\w-]+$/)
    .default('Retry-After')
    .describe('The header that says how many seconds to wait.'),
});
export type HttpRequestErrors = z.infer<typeof HttpRequestErrors>;

/** What is needed to tell of an error. */
export interface Telling {
  readonly connection: string;
  readonly operation: Operation;
  readonly secrets: readonly string[];
  /** Milliseconds the answer asked to wait. */
  readonly afterMs?: number | undefined;
}

/** Said when an API does not accept who we are. */
export const ADVICE =
  'Check its "auth" and "headers" and the secrets they name, and what the account may do there.';

/** A field, or the path or JSON pointer of one. */
const FIELD = /^[\w.$/[\]-]{1,100}$/;

const scalar = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;

/** The code an answer, or one item of it, gives; nothing when it gives none, or what is neither one word nor a code that the config names. */
export function codeOf(errors: HttpErrors | undefined, json: unknown, body?: string): string | undefined {
  if (errors?.code === undefined) return undefined;
  const said = errors.code === BODY ? (body?.trim() ?? scalar(json)) : scalar(at(json, errors.code));
  if (said === undefined) return undefined;
  return isWord(said) || Object.hasOwn(errors.codes, said) ? said : undefined;
}

/** What a code has been said to mean. */
export const meaningOf = (errors: HttpErrors | undefined, code: string | undefined): Meaning | undefined =>
  code !== undefined && errors !== undefined && Object.hasOwn(errors.codes, code)
    ? errors.codes[code]
    : undefined;

/** A refusal for good, in the words of the API as far as they are known; `otherwise` stands in for them. */
export function refusal(
  { secrets }: Telling,
  errors: HttpErrors | undefined,
  json: unknown,
  otherwise: { readonly code: string; readonly text: string },
): Outcome {
  const told = errors?.text === undefined ? undefined : at(json, errors.text);
  const text = told === undefined ? otherwise.text : (scalar(told) ?? JSON.stringify(told));
  const field = errors?.field === undefined ? undefined : scalar(at(json, errors.field));
  return {
    kind: 'rejected',
    code: presentable(codeOf(errors, json) ?? otherwise.code, secrets),
    text: presentable(text, secrets),
    ...(field !== undefined && FIELD.test(field) && { field: presentable(field, secrets) }),
  };
}

const LATER = {
  busy: { scope: 'row', fault: 'remote.row-busy' },
  throttled: { scope: 'connection', fault: 'remote.throttled' },
  quota: { scope: 'connection', fault: 'remote.quota' },
  unavailable: { scope: 'connection', fault: 'remote.unavailable' },
} as const;

const NEEDS_ROW: ReadonlySet<Operation> = new Set(['update', 'remove', 'delete']);

/** True for operations that are about a row which is there. */
export const needsRow = (operation: Operation): boolean => NEEDS_ROW.has(operation);

/**
 * What a meaning comes to. `said` is a code or status that the config names, so it may be shown; `refused` is the refusal,
 * should it be one.
 */
export function fromMeaning(telling: Telling, meaning: Meaning, said: string, refused: Outcome): Outcome {
  const { connection, operation, afterMs } = telling;
  const is = typeof meaning === 'string' ? meaning : meaning.is;
  const wait = typeof meaning === 'string' ? afterMs : (afterMs ?? meaning.waitSeconds * 1000);
  switch (is) {
    case 'accepted':
      return { kind: 'accepted' };
    case 'absent':
      return needsRow(operation) ? { kind: 'absent' } : refused;
    case 'rejected':
      return refused;
    case 'unauthorized':
      return unauthorized(connection, said, ADVICE);
    default: {
      const { scope, fault } = LATER[is];
      return retry(
        scope,
        new Fault(fault, `"${connection}" answered ${said}: not now, perhaps later.`),
        wait,
      );
    }
  }
}
