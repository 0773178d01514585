import * as z from 'zod';
import { OPERATIONS } from './remote.js';

/** Whether changes are written down, as the rule file says. */
export interface AuditSetting {
  /** How long an entry is kept, days. */
  readonly days: number;
  /** Whether the values of fields and the words of targets are kept, too: they are personal. */
  readonly values: boolean;
}

/** An audience that a rule is about, as it was when the change was made. */
const AuditAudience = z.object({
  /** Key of its standing, `namespace/id`. */
  key: z.string(),
  /** What the records did; `same` when they said nothing new of the membership. */
  change: z.enum(['entered', 'left', 'stayed', 'same']),
  member: z.boolean(),
  /** Its newest assertion, epoch microseconds. */
  at: z.number(),
  /** Seen for the first time and old already; the opposite has followed meanwhile. */
  backfill: z.literal(true).optional(),
  overtaken: z.literal(true).optional(),
});
export type AuditAudience = z.infer<typeof AuditAudience>;

const AuditMessage = z.object({
  /** Position in its source: sequence number, `partition/sequence`, `file:row`. */
  id: z.string(),
  source: z.string(),
  /** When the first durable log took it in, epoch milliseconds. */
  at: z.number(),
  /** Which record of the message, from 0. */
  record: z.number(),
});

const AuditField = z.object({
  name: z.string(),
  /** Name of the rule whose wish it was; `consent withdrawn` for what is done then. */
  rule: z.string(),
  /** Whether the target held something else before, as far as is known: a row is sent whole. */
  changed: z.boolean(),
  /** There only when the rule file asks for values; a long one is cut and then a text. */
  value: z.json().optional(),
});

/**
 * What came of it. `accepted`: the target does not say whether it made the row or found it. `absent`: there is no such row. `unanswered`: nobody knows whether it was done. `nothing`: nothing was
 * sent, and `why` says why.
 */
const AuditAnswer = z.object({
  kind: z.enum(['created', 'updated', 'accepted', 'absent', 'rejected', 'unanswered', 'nothing']),
  why: z.enum(['unchanged', 'withheld', 'unaddressed', 'no-rule']).optional(),
  /** The target's own code; or that of the fault when there was no answer. */
  code: z.string().optional(),
  /** The target's words, which may quote the row: only when values are kept. */
  text: z.string().optional(),
  field: z.string().optional(),
  /** By which the target knows the request, where it tells. */
  requestId: z.string().optional(),
});

/** One thing that happened, or did not, and why. */
export const AuditEntry = z.object({
  /** When it was answered, epoch milliseconds; the last time of several. */
  at: z.number(),
  /** How often in a row the same came of the same messages; once when absent. */
  times: z.number().optional(),
  /** Whom it was about: their one-way name in the logs, and the one they are filed under here. */
  persons: z.array(z.object({ name: z.string(), key: z.string() })),
  operation: z.enum(OPERATIONS).optional(),
  /** `connection/object`; absent when nothing was sent. */
  place: z.string().optional(),
  list: z.string().optional(),
  /** One-way name of the row's key as it is written: some targets tell capital and small letters apart. */
  spelling: z.string().optional(),
  /** The field the row was matched on. */
  match: z.string().optional(),
  /** `rule (transition)`, as everywhere. */
  causes: z.array(z.string()),
  /** Names of the rules that wanted it. */
  rules: z.array(z.string()),
  audiences: z.array(AuditAudience),
  /** The newest first. */
  messages: z.array(AuditMessage),
  fields: z.array(AuditField),
  answer: AuditAnswer,
  /** What the row held was in doubt, forgotten or accepted too long ago, so that it was written whole. */
  again: z.literal(true).optional(),
  /** Rules whose "send" was left out, because what they are about was history when it was first seen. */
  muted: z.array(z.string()).optional(),
  /** What rules wanted and found no address for. */
  unaddressed: z.array(z.string()).optional(),
  /** How many fields and messages there were beside those that are kept. */
  moreFields: z.number().optional(),
  moreMessages: z.number().optional(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** A row by what addresses it, whatever field that is, or (`!` and its name) a thing that is done once; or a person. */
export type AuditPlace =
  | { readonly kind: 'row'; readonly connection: string; readonly object: string; readonly key: string }
  | { readonly kind: 'person'; readonly id: string };

/** An entry on its way; the ids of persons become one-way names before it is kept. */
export interface AuditNote {
  readonly place: AuditPlace;
  readonly entry: Omit<AuditEntry, 'persons' | 'spelling'>;
  readonly persons: readonly { readonly id: string; readonly name: string }[];
  /** By which the target knows the row: people ask by it. */
  readonly remoteId?: string;
  /** Fingerprints of what the row was to hold, by field; empty for what is no row with fields. */
  readonly prints: ReadonlyMap<string, string>;
}

/** What could not be written down, and why. */
export interface AuditLoss {
  readonly notes: number;
  readonly code: string;
}

/** What is kept of some places. */
export interface AuditPages {
  /** Adds notes about these places. Never rejects; gives what got lost, if anything did. */
  add(notes: readonly AuditNote[]): Promise<AuditLoss | undefined>;
}

/** Where it is written down what happens in one batch. */
export interface AuditOfBatch {
  /** Begins to read what is kept of these places, so that something can be added. */
  open(places: readonly AuditPlace[]): AuditPages;
}

/** Where it is written down why things changed. It never disturbs what it tells of: nothing here throws or rejects. */
export interface Audit {
  readonly values: boolean;
  /** Begins a batch, which waits for a store that gives no answer once and not for each of its pages. `deadline` in epoch milliseconds. */
  begin(signal?: AbortSignal, deadline?: number): AuditOfBatch;
}
