import { DOORS, type DoorName, type Measurement, measured } from '../core/metrics.js';
import { ACTION_ENDINGS, ENDINGS, type Ledger, type Message } from '../core/ports.js';
import type { Run } from './run.js';

/** Which way a batch came in. Of a source only what stands before its colon counts: the rest may name a file. */
export function doorOf(messages: readonly Message[]): DoorName {
  if (messages.some(({ attempts }) => attempts !== undefined)) return 'retry-queue';
  const kinds = new Set(messages.map(({ source }) => source.split(':', 1)[0]));
  return DOORS.find((door) => kinds.size === 1 && kinds.has(door)) ?? 'other';
}

function ended({ records, endings, actions }: Ledger): Measurement[] {
  const asked = ACTION_ENDINGS.reduce((sum, name) => sum + actions[name], 0);
  return [
    measured('Records', {}, records),
    ...ENDINGS.filter((name) => endings[name] > 0).map((name) =>
      measured('RecordsEnded', { Ending: name }, endings[name]),
    ),
    ...ACTION_ENDINGS.filter((name) => actions[name] > 0).map((name) =>
      measured('ActionsEnded', { Ending: name }, actions[name]),
    ),
    ...(asked > 0 ? [measured('SuppressedShare', {}, (100 * actions.unchanged) / asked)] : []),
  ];
}

/** What a batch met at one connection; nothing for one that it had nothing to do with. */
function met(connection: string, ledger: Ledger, run: Run): Measurement[] {
  const by = { Connection: connection };
  const tally = run.counts.tallies.connections.get(connection);
  const kept = ledger.connections[connection];
  const open = run.breaker(connection).look().kind !== 'free';
  if (!tally && !kept && !open) return [];
  const left = run.meters.get(connection)?.left();
  return [
    measured('BreakerOpen', by, open ? 1 : 0),
    ...(kept ? [measured('RecordsHeld', by, kept.held), measured('RecordsParked', by, kept.parked)] : []),
    ...(left === undefined ? [] : [measured('QuotaLeft', by, left)]),
    ...(tally
      ? [
          measured('Calls', by, tally.calls),
          measured('Retries', by, tally.retries),
          measured('Rows', by, tally.rows),
          measured('RowsAccepted', by, tally.accepted),
          measured('CallDuration', by, ...tally.ms),
        ]
      : []),
  ];
}

/** What a batch comes to as metrics: counts, codes and names of connections. Times in milliseconds. */
export function measure(
  messages: readonly Message[],
  ledger: Ledger,
  waitedMs: number,
  faults: Readonly<Record<string, number>>,
  run: Run,
): readonly Measurement[] {
  const by = { Door: doorOf(messages) };
  return [
    ...ended(ledger),
    measured('BatchMessages', by, ledger.messages),
    measured('BatchDuration', by, run.deps.clock.now() - run.startedAt),
    measured('Lag', by, waitedMs),
    ...[...run.deps.connectors.keys()].flatMap((connection) => met(connection, ledger, run)),
    ...[...run.counts.tallies.failures].map(([code, count]) =>
      measured('ConnectionFailures', { Code: code }, count),
    ),
    // An own quota never opens a breaker, so only the faults of records tell of it.
    ...(faults['quota.spent'] ? [measured('QuotaSpent', {}, faults['quota.spent'])] : []),
    ...(run.counts.auditLost > 0 ? [measured('AuditLost', {}, run.counts.auditLost)] : []),
  ];
}
