import { randomUUID } from 'node:crypto';
import { systemClock } from './clock.js';
import type { Clock } from './core/ports.js';
import { jsonLog } from './log.js';
import { withNamed } from './secrets.js';
import { readStateSettings } from './settings.js';
import { TTL_DAYS } from './stores/deps.js';

/** Longest time in which one run begins to look at more of the table, milliseconds. */
const RUN_MS = 4 * 60_000;
const TABLE = /^azure-table:(.+)$/;

/** Removes what has expired from the table of the state; nothing where the service does so by itself. */
export type Sweep = () => Promise<void>;

/** The sweep of a deployment. Throws a `config.*` fault that names what is wrong. */
export async function assembleSweep(
  given: Readonly<Record<string, string | undefined>>,
  clock: Clock = systemClock,
): Promise<Sweep> {
  const env = await withNamed(given, clock, 'TRIBUTARY_STATE_CONNECTION');
  const settings = readStateSettings(env);
  const [, table] = TABLE.exec(settings.TRIBUTARY_STATE) ?? [];
  const connection = settings.TRIBUTARY_STATE_CONNECTION;
  if (table === undefined || connection === undefined) return async () => undefined;
  const log = jsonLog(settings.TRIBUTARY_LOG_LEVEL, (line) => process.stdout.write(line), clock.now);
  const { sweepTable } = await import('./stores/azure-table-sweep.js');
  const { tableStore } = await import('./stores/azure-table.js');
  const { tableClient } = await import('./stores/azure-table-client.js');
  const client = await tableClient(connection, table);
  const ttlDays = settings.TRIBUTARY_STATE_TTL_DAYS ?? TTL_DAYS;
  const store = tableStore({ client, clock, random: Math.random, newToken: randomUUID, ttlDays });
  return async () => {
    const { removed, done } = await sweepTable({ client, store, clock }, clock.now() + RUN_MS);
    log.write('info', 'state.swept', { removed, done });
  };
}
