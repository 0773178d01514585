import { Fault } from '../../shared/core/fault.js';
import type { KeptMessage } from '../../shared/core/kept.js';
import type { Message, StateStore } from '../../shared/core/ports.js';
import type { Action, Connector, Outcome } from '../../shared/core/remote.js';
import type { MemoryObserver } from '../../shared/observers.js';
import { createPipeline, type PipelineDeps } from '../../shared/pipeline/run.js';
import { type FakeCrm, fakeCrm, fakeDeps, message, rulesOf } from '../support/fakes.js';

const T0 = 1_790_000_000_000;
export const row = (connection: string, object = 'Contact') => ({
  upsert: `${connection}/${object}`,
  match: { Id: '$key' },
  set: { Points: 'points' },
});
/** People of `hot` are of interest to both targets, those of `vip` to the mail target alone. */
export const rules = rulesOf({
  audiences: { hot: 'hot-1', vip: 'vip-1', warm: 'warm-1' },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'fake' }, mail: { type: 'fake' } },
  rules: [
    { name: 'sales first', when: { member: 'hot' }, do: [row('sales'), row('mail', 'Profile')] },
    { name: 'mail alone', when: { member: 'vip' }, do: [row('mail', 'Profile')] },
    { name: 'sales alone', when: { member: 'warm' }, do: [row('sales')] },
  ],
});
export const record = (id: string, person: string, audience: string, points = 1): Message =>
  message(
    id,
    {
      identityMap: { crmid: [{ id: person }] },
      points,
      segmentMembership: {
        ups: { [audience]: { status: 'realized', lastQualificationTime: '2026-11-01T10:00:00Z' } },
      },
    },
    T0 + points,
  );
export const both = (person: string, points?: number) =>
  record(`${person}-${points ?? 1}`, person, 'hot-1', points);
export const mailOnly = (person: string, points?: number) =>
  record(`${person}-${points ?? 1}`, person, 'vip-1', points);
export const salesOnly = (person: string, points?: number) =>
  record(`${person}-${points ?? 1}`, person, 'warm-1', points);
export const people = (count: number) => Array.from({ length: count }, (_, i) => salesOnly(`C-${i}`));

export const down = (afterMs?: number): Outcome => ({
  kind: 'retry',
  scope: 'connection',
  fault: new Fault('remote.unavailable', '"sales" answered 503'),
  ...(afterMs !== undefined && { afterMs }),
});
export const failing: Outcome = {
  kind: 'retry',
  scope: 'row',
  fault: new Fault('remote.unavailable', '500'),
};
export const busy: Outcome = { kind: 'retry', scope: 'row', fault: new Fault('remote.row-busy', 'locked') };
export const silence: Outcome = { kind: 'unknown', fault: new Fault('remote.timeout', 'no answer') };
export const refused: Outcome = { kind: 'rejected', code: 'NO', text: 'no' };

/** A store that says how often it was written to. */
function counted(store: StateStore) {
  let writes = 0;
  const watched: StateStore = {
    kind: store.kind,
    read: (...args) => store.read(...args),
    write(list, ...rest) {
      writes += list.length;
      return store.write(list, ...rest);
    },
  };
  return { store: watched, writes: () => writes };
}

/** One process between two targets, of which `sales` can be told to misbehave. */
export interface World {
  readonly sales: FakeCrm;
  readonly mail: FakeCrm;
  readonly deps: PipelineDeps & Pick<ReturnType<typeof fakeDeps>, 'clock' | 'deadLetters' | 'observer'>;
  /** What is in the retry queue. */
  parked(): readonly KeptMessage[];
  readonly writes: () => number;
  /** What the sales target says; accepts when it is undefined. */
  says: ((action: Action) => Outcome | undefined) | undefined;
  /** The same of the mail target. */
  mailSays: ((action: Action) => Outcome | undefined) | undefined;
  /** Runs one batch in the one process there is; gives the endings by message. */
  run(messages: readonly Message[], more?: { redelivers?: boolean; deadline?: number }): Promise<string[]>;
}

/** Sets it up; everything is well. */
export function world(
  options: {
    maxRows?: number;
    more?: Partial<
      Pick<PipelineDeps, 'rules' | 'log' | 'metrics' | 'connectors' | 'tuning' | 'random' | 'parking'> & {
        observer: MemoryObserver;
        clock: ReturnType<typeof fakeDeps>['clock'];
      }
    >;
  } = {},
): World {
  const one: Pick<World, 'says' | 'mailSays'> = { says: undefined, mailSays: undefined };
  const limit = options.maxRows === undefined ? {} : { maxRows: options.maxRows };
  const sales = fakeCrm({ ...limit, answer: (action) => one.says?.(action) });
  const mail: FakeCrm = { ...fakeCrm({ answer: (action) => one.mailSays?.(action) }), name: 'mail' };
  const base = fakeDeps(rules, sales);
  const { store, writes } = counted(base.store);
  const connectors = new Map<string, Connector>([
    ['sales', sales],
    ['mail', mail],
  ]);
  const deps = { ...base, store, connectors, ...options.more };
  const pipeline = createPipeline(deps);
  return Object.assign(one, {
    sales,
    mail,
    deps,
    writes,
    parked: () => base.parking.all(),
    async run(messages: readonly Message[], more: { redelivers?: boolean; deadline?: number } = {}) {
      const settlements = await pipeline.run(messages, { redelivers: true, ...more });
      return settlements.flatMap(({ endings }) => endings.map(({ name }) => name));
    },
  });
}

/** Lets the sales target fail as a whole, and the process notice it. */
export async function breakSales(w: World, afterMs?: number): Promise<void> {
  w.says = () => down(afterMs);
  const found = await w.run([salesOnly('C-first')]);
  if (found[0] !== 'held') throw new Error(`it was ${found[0]}`);
}

/** Each of them once. */
export const kindsOf = (found: readonly string[]): string[] => [...new Set(found)];
