import * as z from 'zod';
import { Fault, type FaultCode } from '../core/fault.js';
import type { Clock, Log } from '../core/ports.js';
import { answer } from './request.js';
import type { Route } from './router.js';

/** Asks one part whether it answers; throws when it does not. */
export type Probe = (signal: AbortSignal) => Promise<void>;

/** What the health endpoint says of one part. Names of places, and what services said, are for the log. */
export const PartHealth = z.object({
  reachable: z.boolean(),
  /** How long its answer took, milliseconds. */
  ms: z.number(),
  /** Why it counts as not reachable; null when it is. */
  fault: z.string().nullable(),
});
/** The whole answer. */
export const Health = z.object({
  status: z.enum(['ok', 'degraded']),
  parts: z.record(z.string(), PartHealth),
});
type PartHealth = z.infer<typeof PartHealth>;

/** What the health endpoint needs. */
export interface HealthDeps {
  readonly parts: Readonly<Record<string, Probe>>;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long a part may take, milliseconds: those who ask, such as load balancers, wait a few seconds at most. */
const PATIENCE_MS = 1_000;
/** Anybody may ask, so nobody can make us ask the services more often than this, milliseconds. */
const FRESH_MS = 5_000;

const silent: FaultCode = 'run.deadline';

/** Waits for a part no longer than its time, whether or not it heeds the signal. */
async function ask(probe: Probe, clock: Clock, tell: (fault: Fault) => void): Promise<PartHealth> {
  const before = clock.now();
  const [late, done] = [new AbortController(), new AbortController()];
  const tooLate = clock.sleep(PATIENCE_MS, done.signal).then(
    () => silent,
    () => undefined,
  );
  const asked = probe(late.signal).then(
    () => undefined,
    (error: unknown) => {
      if (!(error instanceof Fault)) return 'door.unavailable';
      tell(error);
      return error.code;
    },
  );
  const fault = await Promise.race([asked, tooLate]);
  if (fault === silent) late.abort();
  done.abort();
  const ms = clock.now() - before;
  return { reachable: fault === undefined, ms, fault: fault ?? null };
}

async function look({ parts, clock, log }: HealthDeps): Promise<z.infer<typeof Health>> {
  const said = await Promise.all(
    Object.entries(parts).map(async ([name, probe]) => {
      const tell = ({ code, message }: Fault): void =>
        log.write('error', 'door.unreachable', { part: name, fault: code, message });
      return [name, await ask(probe, clock, tell)] as const;
    }),
  );
  const status = said.every(([, { reachable }]) => reachable) ? 'ok' : 'degraded';
  return { status, parts: Object.fromEntries(said) };
}

/** `GET /health`: 200 when every part answers, else 503; which part it is stands in the body. */
export function healthRoute(deps: HealthDeps): Route {
  let known: { readonly at: number; readonly health: Promise<z.infer<typeof Health>> } | undefined;
  return {
    methods: ['GET', 'HEAD'],
    path: '/health',
    access: 'anybody',
    async handle() {
      const now = deps.clock.now();
      if (known === undefined || now - known.at >= FRESH_MS) known = { at: now, health: look(deps) };
      const health = await known.health;
      return answer(health.status === 'ok' ? 200 : 503, health, { 'cache-control': 'no-store' });
    },
  };
}
