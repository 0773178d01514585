import type { Message } from '../../../shared/core/ports.js';
import type { Connector } from '../../../shared/core/remote.js';
import { createPipeline } from '../../../shared/pipeline/run.js';
import { fakeDeps, message, rulesOf } from '../../support/fakes.js';

const rules = rulesOf({
  audiences: { hot: 'hot-1' },
  person: { key: ['crmid'] },
  connections: { crm: { type: 'fake' } },
  rules: [
    {
      name: 'whoever is hot is on the bus',
      when: { member: 'hot' },
      do: [
        {
          upsert: 'crm/contact',
          match: { id: '$key' },
          set: { name: 'person.name.firstName', hot: { member: 'hot' } },
        },
      ],
      otherwise: [{ update: 'crm/contact', match: { id: '$key' }, set: { hot: { member: 'hot' } } }],
    },
    { name: 'somebody calls', when: { entered: 'hot' }, do: [{ send: 'crm/call', set: { who: '$key' } }] },
  ],
});

/** Who is in the story. */
export const PEOPLE: readonly string[] = Array.from({ length: 23 }, (_, i) => `p${i}`);
const leaves = (i: number): boolean => i % 3 === 0;

const T = 1_790_000_000_000;
const step = (status: string, minute: number, who = PEOPLE): Message[] =>
  who.map((key) =>
    message(
      `${key}-${minute}`,
      {
        identityMap: { crmid: [{ id: key }] },
        person: { name: { firstName: `N-${key}` } },
        segmentMembership: {
          ups: { 'hot-1': { status, lastQualificationTime: `2026-11-01T10:0${minute}:00Z` } },
        },
      },
      T + minute * 60_000,
    ),
  );

/** Everybody enters; every third leaves and comes back, so that what was true at first is true again. */
const BATCHES: readonly (readonly Message[])[] = [
  step('realized', 0),
  step(
    'exited',
    1,
    PEOPLE.filter((_, i) => leaves(i)),
  ),
  step(
    'realized',
    2,
    PEOPLE.filter((_, i) => leaves(i)),
  ),
];

/** Runs the story through a pipeline into a relay, each batch until it is settled; gives the endings of the last runs. */
export async function tell(connector: Connector): Promise<readonly string[]> {
  const deps = fakeDeps(rules, connector);
  const pipeline = createPipeline(deps);
  const last: string[] = [];
  for (const batch of BATCHES) {
    for (let round = 0; round < 20; round++) {
      const settlements = await pipeline.run(batch, { redelivers: true });
      const names = settlements.flatMap(({ endings }) => endings.map(({ name }) => name));
      if (names.includes('held') && round < 19) deps.clock.advance(120_000);
      else {
        last.push(...names);
        break;
      }
    }
  }
  return last;
}

/** A CloudEvent as a reader sees it. */
export interface Read {
  readonly id: string;
  readonly type: string;
  readonly data: {
    readonly object: string;
    readonly key: Record<string, string>;
    readonly fields: Record<string, unknown>;
  };
}

/** What a reader makes of messages that comes by their id but once: the rows as they are at last, and who is called how often. */
export function readersView(texts: readonly string[]) {
  const seen = new Set<string>();
  const rows = new Map<string, Record<string, unknown>>();
  const calls = new Map<string, number>();
  let repeated = 0;
  for (const text of texts) {
    // What the relay wrote; a reader that cannot parse it fails the test.
    const { id, data } = JSON.parse(text) as Read;
    if (seen.has(id)) {
      repeated++;
      continue;
    }
    seen.add(id);
    if (data.object === 'call') {
      const who = String(data.fields['who']);
      calls.set(who, (calls.get(who) ?? 0) + 1);
    } else rows.set(data.key['id'] ?? '', { ...rows.get(data.key['id'] ?? ''), ...data.fields });
  }
  return { rows, calls, repeated };
}

/** What every reader must find in the end. */
export const EXPECTED = {
  rows: new Map(PEOPLE.map((key) => [key, { name: `N-${key}`, hot: true }])),
  calls: new Map(PEOPLE.map((key, i) => [key, leaves(i) ? 2 : 1])),
};
