import * as z from 'zod';

const when = z.enum(['before', 'after']).default('before');
const count = z.int().min(1).optional();
const on = z.enum(['data', 'token']).default('data');

/**
 * What the CRM can be told to do wrong. With `count` it does so that many times, otherwise until told to behave.
 * `when` says whether the rows are written before it happens; `on` whether data or token requests are hit.
 */
export const Misbehaviour = z.discriminatedUnion('kind', [
  /** Answers with a status, e.g. 429, 500, 503, and perhaps `Retry-After`. */
  z.strictObject({
    kind: z.literal('answer'),
    status: z.int().min(300).max(599),
    retryAfter: z.union([z.string(), z.number()]).optional(),
    errorCode: z.string().optional(),
    message: z.string().optional(),
    on,
    count,
  }),
  /** Answers with a page for browsers, as gateways do. */
  z.strictObject({ kind: z.literal('html'), status: z.int().min(200).max(599).default(200), on, count }),
  /** Never answers. */
  z.strictObject({ kind: z.literal('hang'), when, on, count }),
  /** Resets the connection instead of answering. */
  z.strictObject({ kind: z.literal('reset'), when, on, count }),
  /** Refuses requests because of a limit of the org. */
  z.strictObject({
    kind: z.literal('limit'),
    limit: z.enum(['TotalRequests', 'ConcurrentRequests', 'ConcurrentPerOrgLongTxn']),
    count,
  }),
  /** Another transaction holds a row (any row when no key is given). */
  z.strictObject({ kind: z.literal('lock-row'), key: z.string().optional(), count }),
  /** Refuses a whole request with 400: each one, or only those that hold the key. */
  z.strictObject({
    kind: z.literal('refuse-batch'),
    key: z.string().optional(),
    errorCode: z.string().default('JSON_PARSER_ERROR'),
    count,
  }),
  /** Refuses one row for good, as a validation rule would. */
  z.strictObject({
    kind: z.literal('refuse-key'),
    key: z.string(),
    statusCode: z.string().default('FIELD_CUSTOM_VALIDATION_EXCEPTION'),
    message: z.string().default('This contact is frozen.'),
    count,
  }),
  /** Ends the session of the request that arrives. */
  z.strictObject({ kind: z.literal('expire-token'), count }),
  /** Answers 503 to everything. */
  z.strictObject({ kind: z.literal('down'), count }),
]);
export type Misbehaviour = z.input<typeof Misbehaviour>;
type Parsed = z.output<typeof Misbehaviour>;

/** A misbehaviour with its defaults filled in. */
export type Fault<K extends Parsed['kind']> = Extract<Parsed, { kind: K }>;

/** The misbehaviours in force. */
export interface Misbehaviours {
  add(fault: Misbehaviour): void;
  clear(): void;
  /** The first one of a kind that applies; taking it uses up one of its `count`. */
  take<K extends Parsed['kind']>(kind: K, applies?: (fault: Fault<K>) => boolean): Fault<K> | undefined;
  list(): readonly Parsed[];
}

interface Active {
  readonly fault: Parsed;
  left: number;
}

/** A CRM that behaves, until told otherwise. */
export function createMisbehaviours(): Misbehaviours {
  let active: Active[] = [];
  return {
    add(fault) {
      const parsed = Misbehaviour.parse(fault);
      active.push({ fault: parsed, left: parsed.count ?? Number.POSITIVE_INFINITY });
    },
    clear() {
      active = [];
    },
    take<K extends Parsed['kind']>(kind: K, applies: (fault: Fault<K>) => boolean = () => true) {
      const isIt = (fault: Parsed): fault is Fault<K> => fault.kind === kind;
      for (const entry of active) {
        if (!isIt(entry.fault) || !applies(entry.fault)) continue;
        entry.left -= 1;
        if (entry.left <= 0) active = active.filter((other) => other !== entry);
        return entry.fault;
      }
      return undefined;
    },
    list: () => active.map(({ fault, left }) => (Number.isFinite(left) ? { ...fault, count: left } : fault)),
  };
}
