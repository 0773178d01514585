import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { pathOf } from './address.js';
import type { Reply, Request } from './request-node.js';

/** The one key of the emulator, the same as in Microsoft's: it protects nothing. */
export const KEY = { name: 'RootManageSharedAccessKey', value: 'SAS_KEY_VALUE' } as const;

/** What the tokens of one connection allow. */
export class Claims {
  readonly #until = new Map<string, number>();

  /** Allows a path and all below it, until an instant in epoch milliseconds. */
  grant(path: string, until: number): void {
    this.#until.set(path, until);
  }

  /** True when a token that is still valid covers the address; any token opens `$management`. */
  cover(address: string, now: number): boolean {
    const path = pathOf(address);
    return [...this.#until].some(
      ([granted, until]) =>
        until > now && (granted === '' || path === granted || path.startsWith(`${granted}/`)),
    );
  }
}

/** Whether a token is good, and until when (epoch milliseconds). */
export type TokenCheck =
  | { readonly ok: true; readonly until: number }
  | { readonly ok: false; readonly why: string };

/** A value as it was before percent-encoding; one that cannot be decoded makes the token malformed. */
const Encoded = z.string().transform((value, context) => {
  try {
    return decodeURIComponent(value);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not percent-encoded' });
    return z.NEVER;
  }
});

/** The signature is over `sr` and `se` as they are written, so `raw` keeps them. */
const SasToken = z
  .string()
  .startsWith('SharedAccessSignature ')
  .transform((token) =>
    Object.fromEntries(token.slice('SharedAccessSignature '.length).split('&').map(pairOf)),
  )
  .transform((raw) => ({ ...raw, signed: `${raw['sr']}\n${raw['se']}` }))
  .pipe(
    z.object({
      signed: z.string(),
      sr: Encoded,
      sig: Encoded,
      se: z.string().regex(/^\d{1,12}$/),
      skn: Encoded,
    }),
  );

const pairOf = (field: string): [string, string] => {
  const at = field.indexOf('=');
  return [field.slice(0, at), field.slice(at + 1)];
};

/** Checks a shared access signature against the emulator's key. `now` is real time: clients sign with theirs. */
export function checkSasToken(token: string, audience: string, now: number): TokenCheck {
  const parsed = SasToken.safeParse(token);
  if (!parsed.success) return { ok: false, why: 'MalformedToken: The token is not a SharedAccessSignature.' };
  const { signed, sr, sig, se, skn } = parsed.data;
  const expected = createHmac('sha256', KEY.value).update(signed, 'utf8').digest();
  const given = Buffer.from(sig, 'base64');
  if (skn !== KEY.name || given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return { ok: false, why: 'InvalidSignature: The token has an invalid signature.' };
  }
  const until = Number(se) * 1_000;
  if (until <= now)
    return { ok: false, why: `ExpiredToken: The token expired at ${new Date(until).toISOString()}.` };
  const scope = pathOf(sr);
  const path = pathOf(audience);
  return scope === '' || path === scope || path.startsWith(`${scope}/`)
    ? { ok: true, until }
    : { ok: false, why: `InvalidAudience: The token is for '${scope}', not for '${path}'.` };
}

const PutToken = z.object({
  operation: z.literal('put-token'),
  name: z.string(),
  type: z.enum(['servicebus.windows.net:sastoken', 'jwt']),
});

/** Answers a `put-token` request and records what it allows. A `jwt` is believed: there is no directory to ask. */
export function answerCbs(request: Request, claims: Claims, now: number): Reply {
  const put = PutToken.safeParse(request.application_properties);
  const token = z.string().safeParse(request.body);
  if (!put.success || !token.success) {
    return { status: 400, description: 'Only put-token requests with a token body are understood.' };
  }
  const { name, type } = put.data;
  const check =
    type === 'jwt' ? ({ ok: true, until: Infinity } as const) : checkSasToken(token.data, name, now);
  if (!check.ok) return { status: 401, description: check.why, condition: 'amqp:unauthorized-access' };
  claims.grant(pathOf(name), check.until);
  return { status: 202, description: 'Accepted' };
}
