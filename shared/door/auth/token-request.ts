import * as z from 'zod';
import type { DoorRequest } from '../request.js';

const Parameters = z.object({
  grant_type: z.string().optional(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  refresh_token: z.string().optional(),
});

/** What a token request says, as far as we care. */
export type Parameters = z.infer<typeof Parameters>;

/** More than any token request takes. */
const MOST_BYTES = 16_384;

function fromForm(text: string): unknown {
  const form = new URLSearchParams(text);
  // RFC 6749, 3.2: parameters must not be included more than once; what we do not know is not ours to judge.
  const known = [...form.keys()].filter((name) => Object.hasOwn(Parameters.shape, name));
  return new Set(known).size === known.length ? Object.fromEntries(form) : undefined;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads the body of a token request: a form, as the standard has it, or JSON, which Destination SDK can be told to send. The
 * query is not looked at: what stands there ends up in logs.
 */
export function readParameters({ body, headers }: DoorRequest): Parameters | undefined {
  if (body.length > MOST_BYTES) return undefined;
  const text = Buffer.from(body).toString();
  const isJson = /^\s*application\/(?:[\w.+-]*\+)?json\b/i.test(headers['content-type'] ?? '');
  return Parameters.safeParse(isJson ? fromJson(text) : fromForm(text)).data;
}
