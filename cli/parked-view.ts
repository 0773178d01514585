import { LIMITS } from '../shared/core/envelope.js';
import type { Doubt, Reason } from '../shared/core/kept.js';
import { inflate } from '../shared/pipeline/inflate.js';
import type { Visited } from '../shared/stores/shelf.js';
import { printable } from './printable.js';

/** One kept message as it is shown; members that are not known are absent. */
export type View = Readonly<Record<string, unknown>>;

const iso = (at: number | undefined): string | undefined =>
  at === undefined || !(Math.abs(at) <= 8.64e15) ? undefined : new Date(at).toISOString();

const sizeOf = (body: unknown): number =>
  body instanceof Uint8Array ? body.length : Buffer.byteLength(JSON.stringify(body) ?? '');

/** The body as text where it is text, else in base64; gzip is undone. */
function bodyOf(body: unknown): View {
  if (!(body instanceof Uint8Array)) return { body };
  const zipped = body[0] === 0x1f && body[1] === 0x8b ? inflate(body, LIMITS.inflatedBytes) : undefined;
  const bytes = zipped?.ok ? zipped.value : body;
  try {
    return { body: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { bodyBase64: Buffer.from(bytes).toString('base64') };
  }
}

/** What a target said may quote the row, so its words are values like any other. */
function reasonOf({ fault, remote }: Reason, values: boolean): View {
  const quotes = remote !== undefined || fault.code.startsWith('remote.') || fault.code === 'park.exhausted';
  const { connection, code, field, text } = remote ?? {};
  return {
    code: fault.code,
    ...((values || !quotes) && { text: fault.message }),
    ...(remote && { remote: { connection, code, field, ...(values && { text }) } }),
  };
}

/** What to look for at the targets. The name of a send is for machines. */
const doubtOf = ({ connection, object, causes, overtaken }: Doubt): View => ({
  connection,
  object,
  causes,
  overtaken,
});

/** One kept message as data. Personal values are in it only when they are asked for. */
export function viewOf(visited: Visited, place: string, values: boolean): View {
  const { ref, found, due } = visited;
  if (!found.ok) return { ref, place, unreadable: true, code: found.fault.code, text: found.fault.message };
  const kept = found.value;
  const { message, record, at, attempts = 1, firstSeen = at, person, requestId, doubts, beside } = kept;
  return {
    ref,
    place,
    ...reasonOf(kept, values),
    doubts: doubts?.map(doubtOf),
    beside: beside && reasonOf(beside, values),
    requestId,
    source: message.source,
    id: message.id,
    record,
    person,
    taken: iso(message.at),
    kept: iso(at),
    firstSeen: iso(firstSeen),
    due: iso(due),
    attempts,
    bytes: sizeOf(message.body),
    ...(values && bodyOf(message.body)),
  };
}

const WIDTHS = { kept: 19, code: 20, attempts: 5, person: 16 } as const;

/** Headings of the lines of {@link lineOf}. */
export const HEADING = `${'REF'.padEnd(12)}  ${'KEPT'.padEnd(WIDTHS.kept)}  ${'CODE'.padEnd(WIDTHS.code)}  TRIES  ${'PERSON'.padEnd(WIDTHS.person)}  WHERE`;

/** One kept message in a line. */
export function lineOf(view: View): string {
  const text = (name: string): string => printable(String(view[name] ?? ''), 60);
  const where = view['unreadable'] ? text('text') : `${text('source')} ${text('id')}#${text('record')}`;
  return [
    text('ref').padEnd(12),
    text('kept').slice(0, WIDTHS.kept).padEnd(WIDTHS.kept),
    text('code').padEnd(WIDTHS.code),
    text('attempts').padStart(WIDTHS.attempts),
    text('person').padEnd(WIDTHS.person),
    where,
  ].join('  ');
}

/** One kept message in a paragraph. */
export function paragraphOf(view: View): string {
  const lines = Object.entries(view).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return [`  ${name.padEnd(10)} ${printable(text)}`];
  });
  return `${lines.join('\n')}\n`;
}
