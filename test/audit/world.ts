import { auditOn } from '../../shared/audit/audit.js';
import { type Why, why } from '../../shared/audit/why.js';
import type { AuditSetting } from '../../shared/core/audit.js';
import type { CompiledRules } from '../../shared/core/compiled.js';
import type { EndingName, Message, StateStore } from '../../shared/core/ports.js';
import type { Connector } from '../../shared/core/remote.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { memoryStore } from '../../shared/stores/memory.js';
import { fakeDeps, message, rulesOf } from '../support/fakes.js';

/** The file that the tests of the audit run. */
export const FILE = {
  audiences: { hot: 'hot-1', vip: { id: 'vip-1', namespace: 'crm' } },
  person: { key: ['crmid', 'email'] },
  consent: { require: 'consent' },
  connections: { sales: { type: 'fake' } },
  rules: [
    {
      name: 'hot contacts',
      when: { member: 'hot' },
      do: [
        { upsert: 'sales/Contact', match: { Email: 'mail' }, set: { Name: 'name', Hot: { member: 'hot' } } },
      ],
    },
    {
      name: 'call',
      when: { entered: 'vip' },
      do: [{ send: 'sales/Task', set: { Subject: { value: 'Call' } } }],
    },
  ],
};

/** What a record of somebody says. */
export interface Says {
  readonly hot?: boolean;
  readonly vip?: boolean;
  /** When the memberships were qualified, seconds after the start. */
  readonly second?: number;
  readonly name?: string;
  readonly mail?: string;
  readonly consent?: string;
}

/** 2026-09-21T14:13:20Z, where the fake clock begins. */
export const START = 1_790_000_000_000;

/** A message with one record of a person. */
export function says(id: string, person: string, { hot, vip, second = 0, ...more }: Says): Message {
  const at = START + second * 1000;
  const standing = (is: boolean) => ({
    status: is ? 'realized' : 'exited',
    lastQualificationTime: new Date(at).toISOString(),
  });
  const body = {
    identityMap: { crmid: [{ id: person }] },
    segmentMembership: {
      ups: hot === undefined ? {} : { 'hot-1': standing(hot) },
      crm: vip === undefined ? {} : { 'vip-1': standing(vip) },
    },
    consent: 'y',
    mail: `${person}@example.com`,
    ...more,
  };
  return message(id, body, at);
}

/** A pipeline with an audit. */
export function audited(
  crm: Connector,
  setting: AuditSetting = { days: 30, values: false },
  rules: CompiledRules = rulesOf(FILE),
  auditStore?: StateStore,
) {
  const deps = fakeDeps(rules, crm);
  const audit = auditOn(auditStore ?? deps.store, deps.clock, setting);
  const asking = { store: deps.store, clock: deps.clock, from: 0 };
  const pipeline = createPipeline({ ...deps, audit });
  return {
    deps,
    run: async (...messages: Message[]): Promise<readonly EndingName[]> => {
      const settlements = await pipeline.run(messages, { redelivers: true });
      return settlements.flatMap(({ endings }) => endings.map(({ name }) => name));
    },
    row: (key: string, object = 'Contact'): Promise<Why> =>
      why({ kind: 'row', row: { connection: 'sales', object, key } }, asking),
    person: (id: string): Promise<Why> => why({ kind: 'person', id }, asking),
  };
}

/** A store in memory, and the values of what was written there last, by id. */
export function watched(): {
  readonly store: StateStore;
  readonly written: () => readonly (readonly [string, unknown])[];
} {
  const store = memoryStore();
  const latest = new Map<string, unknown>();
  const write: StateStore['write'] = (writes) => {
    for (const { id, state } of writes) latest.set(id, [...state.values]);
    return store.write(writes);
  };
  return { store: { ...store, write }, written: () => [...latest] };
}
