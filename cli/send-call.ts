import * as z from 'zod';
import { retryAfterMs } from '../shared/connectors/wire/retry-after.js';
import { Fault } from '../shared/core/fault.js';
import type { Clock } from '../shared/core/ports.js';

/** What a door says of a call that it took in. */
const Receipt = z.looseObject({ accepted: z.int(), malformed: z.int(), testProfiles: z.int() });
export type Receipt = z.infer<typeof Receipt>;

/** What the door says of a call that it refused. */
const Refusal = z.looseObject({ message: z.string() });

const ATTEMPTS = 6;
const FIRST_WAIT_MS = 1_000;
const MOST_WAIT_MS = 60_000;
/** The door answers within 2 s; what is between us may take its time. */
const TIMEOUT_MS = 30_000;

/** An answer that the same call may not get again. */
interface Busy {
  readonly why: string;
  readonly afterMs: number | undefined;
}

function messageIn(text: string): string {
  try {
    const refusal = Refusal.safeParse(JSON.parse(text));
    if (refusal.success) return `: ${refusal.data.message}`;
  } catch {
    // A page of something in between: its status says enough.
  }
  return '';
}

function receiptIn(text: string, url: string): Receipt {
  try {
    const receipt = Receipt.safeParse(JSON.parse(text));
    if (receipt.success) return receipt.data;
  } catch {
    // Told below.
  }
  throw new Fault(
    'remote.rejected',
    `${url} answers 200, but not as the door of a deployment does; look at the address`,
  );
}

async function attempt(url: string, init: RequestInit, { now }: Clock): Promise<Receipt | Busy> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    text = await response.text();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return {
      why: `no answer (${cause instanceof Error ? cause.message : String(cause)})`,
      afterMs: undefined,
    };
  }
  const { status, headers } = response;
  if (status === 200) return receiptIn(text, url);
  if (status !== 429 && status < 500)
    throw new Fault('remote.rejected', `${url} answers ${status}${messageIn(text)}; the rest is not sent`);
  return { why: `${status}${messageIn(text)}`, afterMs: retryAfterMs(headers.get('retry-after'), now()) };
}

/**
 * Makes one call, again while the door asks for that. Throws `remote.rejected` when it refuses, `remote.unavailable` when it does
 * not take the call in six attempts.
 */
export async function sendCall(
  url: string,
  body: string,
  { token, clock }: { readonly token: string | undefined; readonly clock: Clock },
): Promise<Receipt> {
  const authorization = token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` };
  const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...authorization } };
  let why = '';
  for (let made = 0; made < ATTEMPTS; made++) {
    const answer = await attempt(url, init, clock);
    if ('accepted' in answer) return answer;
    why = answer.why;
    if (made < ATTEMPTS - 1)
      await clock.sleep(Math.min(MOST_WAIT_MS, answer.afterMs ?? FIRST_WAIT_MS * 2 ** made));
  }
  throw new Fault(
    'remote.unavailable',
    `${url} takes nothing, in ${ATTEMPTS} attempts: ${why}; the rest is not sent`,
  );
}
