import * as z from 'zod';
import { bad, ok, type Result } from '../core/fault.js';
import type { AudienceCall } from './audience.js';
import { unrendered } from './audience-id.js';
import { originOf } from './origin.js';
import type { DoorRequest } from './request.js';

/**
 * Longest text of an audience, characters: 4,000 audiences, as many as an organisation may have, fit the store's items with
 * room to spare.
 */
const MOST_CHARACTERS = 500;

/** A text of a template: what Adobe has nothing for comes as null or an empty text, and counts as not sent. */
const Text = z
  .union([z.string(), z.number(), z.null()])
  .optional()
  .transform((value) => {
    const plain = String(value ?? '')
      .replace(/\p{Cc}/gu, ' ')
      .trim();
    return plain === '' ? undefined : plain;
  });

/** What our own audience template sends; other members are ignored. */
export const AudienceBody = z.object({
  name: Text,
  description: Text,
  external_id: Text,
  metadata: z
    .object({ org_id: Text, sandbox: Text, destination_id: Text, destination_name: Text })
    .partial()
    .optional(),
});
type AudienceBody = z.infer<typeof AudienceBody>;

/** Where templates of Adobe's pages put the audience, when not at the top. */
const Wrapped = z.union([
  z.object({ segments: z.array(AudienceBody).min(1) }).transform(({ segments }) => segments[0]),
  z.object({ patch: z.object({ $set: AudienceBody }) }).transform(({ patch }) => patch.$set),
]);

/** A call answers with one id, so of several audiences all but one would be lost. */
const Several = z.object({ segments: z.array(z.unknown()).min(2) });

const SEVERAL =
  'tributary takes one audience a call: this one has several in segments. Correct requestBody in the audience template.';
const NOT_JSON =
  'tributary cannot read this call: its body is not a JSON object. Correct requestBody in the audience template.';
const NOT_TEXT =
  'tributary cannot read this call: name, description, external_id and metadata must be texts. Correct requestBody in the audience template.';

function bodyOf({ body, query }: DoorRequest): Result<AudienceBody> {
  const text = Buffer.from(body).toString();
  let value: unknown;
  try {
    value = text.trim() === '' ? Object.fromEntries(query) : JSON.parse(text);
  } catch {
    return bad('door.audience', NOT_JSON);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return bad('door.audience', NOT_JSON);
  if (Several.safeParse(value).success) return bad('door.audience', SEVERAL);
  const wrapped = Wrapped.safeParse(value);
  if (wrapped.success && wrapped.data) return ok(wrapped.data);
  const plain = AudienceBody.safeParse(value);
  return plain.success ? ok(plain.data) : bad('door.audience', NOT_TEXT);
}

/** What is too long, or not what was meant to be sent. */
function trouble(texts: Readonly<Record<string, string | undefined>>): string | undefined {
  for (const [name, text = ''] of Object.entries(texts)) {
    const macro = unrendered(text);
    if (macro !== undefined) return macro;
    if (text.length > MOST_CHARACTERS)
      return `tributary takes at most ${MOST_CHARACTERS} characters: ${name} has ${text.length} characters. Shorten it in Adobe, or correct requestBody in the audience template.`;
  }
  return undefined;
}

/** The call without what it does not say. */
function withoutGaps(call: Record<keyof AudienceCall, string | undefined>): AudienceCall {
  return Object.fromEntries(Object.entries(call).filter(([, value]) => value !== undefined));
}

/**
 * Reads what a call says of an audience: as our template sends it, or as the templates of Adobe's pages do, in the body or
 * in the query. Bad (`door.audience`) with a text for the person in Adobe's UI.
 */
export function readAudienceCall(request: DoorRequest): Result<AudienceCall> {
  const body = bodyOf(request);
  if (!body.ok) return body;
  const { name, external_id: audience, metadata = {} } = body.value;
  // It is only shown: a long one must not keep anybody from activating an audience.
  const description = body.value.description?.slice(0, MOST_CHARACTERS);
  const { source, sandbox } = originOf(request, undefined);
  const wrong = trouble({ name, external_id: audience, description, source, sandbox, ...metadata });
  if (wrong !== undefined) return bad('door.audience', wrong);
  const call = {
    name,
    audience,
    description,
    source,
    org: metadata.org_id,
    sandbox: metadata.sandbox ?? sandbox,
    destination: metadata.destination_id,
    destinationName: metadata.destination_name,
  };
  return ok(withoutGaps(call));
}
