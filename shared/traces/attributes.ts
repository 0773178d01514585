import type { SpanFacts } from '../core/spans.js';

/** Attributes of a span by name, the same wherever they are sent. */
export type Attributes = Readonly<Record<string, string | number>>;

/** Names of spans' facts: documented in docs/traces.md. */
const NAMES = {
  batch: 'tributary.batch',
  door: 'tributary.door',
  messages: 'tributary.messages',
  records: 'tributary.records',
  count: 'tributary.count',
  connection: 'tributary.connection',
  operation: 'tributary.operation',
  object: 'tributary.object',
  rows: 'tributary.rows',
  accepted: 'tributary.accepted',
  requestId: 'tributary.request_id',
  dropped: 'tributary.dropped_spans',
  code: 'tributary.fault',
} as const satisfies Record<Exclude<keyof SpanFacts, 'endings'>, string>;

/** Names of attributes; those of endings end in the name of the ending. */
export const ATTRIBUTES: readonly string[] = [...Object.values(NAMES), 'tributary.ended.*'];

/** What a span says, under the names of its attributes. */
export function attributesOf({ endings = {}, ...facts }: SpanFacts): Attributes {
  const found: Record<string, string | number> = {};
  for (const [fact, name] of Object.entries(NAMES)) {
    // Keys of NAMES are those of SpanFacts but for the endings.
    const value = facts[fact as keyof typeof facts];
    if (value !== undefined) found[name] = value;
  }
  for (const [ending, count] of Object.entries(endings))
    if (count > 0) found[`tributary.ended.${ending}`] = count;
  return found;
}
