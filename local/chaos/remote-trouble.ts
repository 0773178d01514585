import { refusal } from '../demo-crm/answer.js';
import { type Answer, page } from '../vendor-answer.js';
import { within } from './chance.js';
import type { FaultKind } from './fault-kinds.js';
import type { World } from './world.js';

/** What comes back: a response, or the code of a network error; silence lasts until the client gives up. */
export interface Given {
  readonly response?: Response;
  readonly error: string;
  readonly silent: boolean;
}

const OUTAGE_MS = [5_000, 600_000] as const;

/** An answer as it is. */
export const responseOf = ({ status, headers, body }: Answer): Given => ({
  response: new Response(body, { status, headers }),
  error: '',
  silent: false,
});

/** No answer. */
export const broken = (error: string, silent = false): Given => ({ error, silent });

/** Trouble that comes before anything is written. */
const BEFORE: Partial<Record<FaultKind, (world: World) => Given>> = {
  'crm.unreachable': () => broken('ECONNREFUSED'),
  'crm.timeout-before': () => broken('UND_ERR_HEADERS_TIMEOUT', true),
  'crm.429': ({ waits }) => {
    const wait = waits.pick([undefined, '1', '9', '120']);
    return responseOf(
      refusal(429, 'TOO_MANY', 'Too many requests', wait === undefined ? {} : { 'retry-after': wait }),
    );
  },
  'crm.500': () => responseOf(refusal(500, 'UNKNOWN_EXCEPTION', 'An unexpected error occurred')),
  'crm.503': () => responseOf(refusal(503, 'SERVER_UNAVAILABLE', 'Down for maintenance')),
};

/** Trouble that comes after everything is written: the client cannot know that it is. */
const AFTER: Partial<Record<FaultKind, (answer: Answer) => Given>> = {
  'crm.timeout-after': () => broken('UND_ERR_HEADERS_TIMEOUT', true),
  'crm.reset-after': () => broken('ECONNRESET'),
  'crm.cut-answer': (answer) => responseOf({ ...answer, body: answer.body.slice(0, answer.body.length / 2) }),
  'crm.gateway-page': () => responseOf(page(200)),
  'crm.short-answer': (answer) => responseOf({ ...answer, body: JSON.stringify(shortened(answer.body)) }),
};

function shortened(body: string): unknown {
  const rows: unknown = JSON.parse(body);
  return Array.isArray(rows) ? rows.slice(1) : rows;
}

/** The first kind of trouble of a list that strikes. */
const strikes = ({ faults }: World, list: Partial<Record<FaultKind, unknown>>, where: string) =>
  // Its own keys, which are kinds of faults.
  (Object.keys(list) as FaultKind[]).find((kind) => faults.strike(kind, where));

/** Down for a while, now or since the last time this struck. */
export function isOut(
  world: World,
  kind: 'crm.outage' | 'store.outage' | 'queue.outage',
  where: string,
  target = '',
): boolean {
  const { outages, timeline, faults, waits } = world;
  const name = `${kind} ${target}`;
  if (faults.strike(kind, where)) outages.set(name, timeline.now() + within(waits, OUTAGE_MS));
  return (outages.get(name) ?? 0) > timeline.now();
}

/** Trouble that a request to a target meets before it takes effect; nothing when it meets none. */
export function earlyTrouble(world: World, target: string, where: string): Given | undefined {
  const early = strikes(world, BEFORE, where);
  const before = early && BEFORE[early];
  if (before) return before(world);
  return isOut(world, 'crm.outage', where, target)
    ? responseOf(refusal(503, 'SERVER_UNAVAILABLE', 'Down'))
    : undefined;
}

/** What becomes of the answer to a request that took effect. */
export function afterEffect(world: World, answer: Answer, where: string): Given {
  const late = answer.status < 300 ? strikes(world, AFTER, where) : undefined;
  const after = late && AFTER[late];
  return after ? after(answer) : responseOf(answer);
}
