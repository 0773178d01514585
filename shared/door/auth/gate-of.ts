import type { Log } from '../../core/ports.js';
import type { Entry, Gate } from '../gate.js';
import { type DoorRequest, type DoorResponse, problem } from '../request.js';
import type { Check, Verdict } from './verdict.js';

/** The ways of authenticating that a deployment has. */
export interface Ways {
  /** One of these must let the request in; none of them means that nothing is asked. */
  readonly any: readonly Check[];
  /** This one must let it in as well. */
  readonly certificate: Check | undefined;
}

const unauthorized = (
  checks: readonly Check[],
  verdicts: readonly Verdict[],
  requestId: string,
): DoorResponse => {
  const wrong = verdicts.some(({ kind }) => kind === 'refused');
  const challenges = new Set(checks.flatMap(({ challenge }) => challenge ?? []));
  const said = [...challenges].map((one) =>
    wrong && one.startsWith('Bearer') ? `${one}, error="invalid_token"` : one,
  );
  if (said.length === 0) {
    const missing = 'the connection shows no certificate that this door trusts';
    return problem(403, 'door.forbidden', missing, requestId);
  }
  const headers = { 'www-authenticate': said.join(', ') };
  const text = wrong
    ? 'the credentials are wrong, or their time is over; correct them in the destination'
    : 'the request carries no credentials that this door takes; set them in the destination';
  return problem(401, 'door.unauthorized', text, requestId, headers);
};

/** The answer when nobody let the request in: what waiting may cure comes first, because Adobe repeats no 401. */
function refusal(checks: readonly Check[], verdicts: readonly Verdict[], requestId: string): DoorResponse {
  const blocked = verdicts.find((one) => one.kind === 'blocked');
  if (blocked) {
    const headers = { 'retry-after': String(blocked.afterSeconds) };
    return problem(429, 'door.attempts', 'too many wrong attempts from there; wait', requestId, headers);
  }
  if (verdicts.some(({ kind }) => kind === 'unavailable')) {
    const text = 'the token cannot be checked now; send the call again';
    return problem(503, 'door.unavailable', text, requestId);
  }
  if (verdicts.some((one) => one.kind === 'refused' && one.scope)) {
    const headers = { 'www-authenticate': 'Bearer realm="tributary", error="insufficient_scope"' };
    return problem(403, 'door.forbidden', 'the token lacks the scope this door asks for', requestId, headers);
  }
  return unauthorized(checks, verdicts, requestId);
}

const whyOf = (verdict: Verdict): string => ('why' in verdict ? verdict.why : verdict.kind);

async function ask(checks: readonly Check[], request: DoorRequest): Promise<string | readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const check of checks) {
    const verdict = await check.check(request);
    if (verdict.kind === 'admitted') return verdict.caller;
    verdicts.push(verdict);
  }
  return verdicts;
}

/** Lets in whom one of the ways knows. The log tells why somebody was turned away, never with what. */
export function gateOf({ any, certificate }: Ways, log: Log): Gate {
  const steps = [...(certificate ? [[certificate]] : []), ...(any.length > 0 ? [any] : [])];
  return {
    async admit(request, requestId): Promise<Entry> {
      let caller = 'anybody';
      for (const checks of steps) {
        const found = await ask(checks, request);
        if (typeof found !== 'string') {
          const response = refusal(checks, found, requestId);
          const ways = Object.fromEntries(
            checks.map(({ name }, i) => [name, whyOf(found[i] ?? { kind: 'absent' })]),
          );
          log.write('warn', 'door.turned-away', { requestId, status: response.status, ways });
          return { ok: false, response };
        }
        caller = found;
      }
      return { ok: true, caller };
    },
  };
}
