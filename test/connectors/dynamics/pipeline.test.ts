import { expect, test } from 'vitest';
import type { DemoDynamics } from '../../../local/demo-dynamics/server.js';
import type { Message } from '../../../shared/core/ports.js';
import { createPipeline } from '../../../shared/pipeline/run.js';
import { fakeDeps, message, rulesOf } from '../../support/fakes.js';
import { configOf, secretsFor, startDemo } from './demo.js';
import { openDynamics } from './environment.js';

const rulesFor = (list: string) =>
  rulesOf({
    audiences: { hot: 'hot-1' },
    person: { key: ['crmid'] },
    connections: { crm: { type: 'fake' } },
    rules: [
      {
        name: 'a hot contact is in Dynamics, and on the list',
        when: { member: 'hot' },
        do: [
          {
            upsert: 'crm/contacts',
            match: { aep_profileid: '$key' },
            set: { firstname: 'person.name.firstName', aep_hot: { member: 'hot' } },
          },
          { 'add to': 'crm/contacts', list, match: { aep_profileid: '$key' } },
        ],
        otherwise: [
          { update: 'crm/contacts', match: { aep_profileid: '$key' }, set: { aep_hot: { member: 'hot' } } },
          { 'remove from': 'crm/contacts', list, match: { aep_profileid: '$key' } },
        ],
      },
      {
        name: 'somebody calls',
        when: { entered: 'hot' },
        do: [{ send: 'crm/tasks', set: { subject: { value: 'Call' } } }],
      },
    ],
  });

const PEOPLE = Array.from({ length: 45 }, (_, i) => `p${i}`);

/** Everybody enters; every third leaves a while later. */
const records: readonly Message[] = PEOPLE.flatMap((key, i) =>
  (i % 3 === 0 ? ['realized', 'exited'] : ['realized']).map((status, step) =>
    message(
      `${key}-${step}`,
      {
        identityMap: { crmid: [{ id: key }] },
        person: { name: { firstName: `N${i}` } },
        segmentMembership: {
          ups: { 'hot-1': { status, lastQualificationTime: `2026-11-01T10:00:0${step}Z` } },
        },
      },
      1_790_000_000_000 + step,
    ),
  ),
);

async function world(more: Readonly<Record<string, unknown>> = {}) {
  const demo = await startDemo();
  const list = demo.addList();
  const settings = { onceKeys: { tasks: 'aep_sendid' }, ...more };
  const connector = openDynamics(configOf(demo, settings), { secrets: secretsFor(demo) });
  const deps = fakeDeps(rulesFor(list), connector);
  const run = async (): Promise<readonly string[]> =>
    (await createPipeline(deps).run(records, { redelivers: true })).flatMap(({ endings }) =>
      endings.map(({ name }) => name),
    );
  return { demo, list, deps, run };
}

const stays = (key: string): boolean => PEOPLE.indexOf(key) % 3 !== 0;

/**
 * Who entered and left within one batch that failed is out when it comes again: then the rule only updates, and a row that was
 * never made stays unmade (decision 0016).
 */
function expectRight(demo: DemoDynamics, list: string, isMade = (_: string) => true): void {
  const wanted = PEOPLE.filter((key) => stays(key) || isMade(key)).map((key) => [
    key,
    { aep_profileid: key, firstname: `N${PEOPLE.indexOf(key)}`, aep_hot: stays(key) },
  ]);
  expect(Object.fromEntries(demo.rows('contacts'))).toEqual(Object.fromEntries(wanted));
  expect(demo.members(list, 'contacts')).toHaveLength(PEOPLE.filter(stays).length);
  expect(demo.rows('tasks').size).toBe(PEOPLE.length);
}

test.each([
  ['batches', {}],
  ['UpsertMultiple', { upsertMultiple: { contacts: 'contact' } }],
])('%s: 45 people end up as the rules say, and again nothing is sent', async (_, more) => {
  const { demo, list, run } = await world(more);
  expect(new Set(await run())).toEqual(new Set(['delivered']));
  expectRight(demo, list);
  const { calls, repeatedWrites } = demo.log();
  expect(repeatedWrites).toBe(0);
  await run();
  expect(demo.log().calls).toBe(calls);
});

test.each([
  ['batches', {}],
  ['UpsertMultiple', { upsertMultiple: { contacts: 'contact' } }],
])('%s: whatever breaks on the way, nothing is lost and nothing done twice', async (_, more) => {
  const { demo, list, deps, run } = await world({ timeoutMs: 400, ...more });
  demo.misbehave({ kind: 'reset', when: 'after', count: 2 });
  demo.misbehave({ kind: 'hang', when: 'before', count: 1 });
  demo.misbehave({ kind: 'hang', when: 'after', count: 1 });
  demo.misbehave({ kind: 'lock-row', key: 'p7', count: 2 });
  demo.misbehave({ kind: 'drop-parts', parts: 2, count: 2 });
  demo.misbehave({ kind: 'answer', status: 429, code: '0x80072322', retryAfter: 1, count: 2 });
  demo.misbehave({ kind: 'html', status: 502, count: 2 });
  demo.misbehave({ kind: 'expire-token', count: 2 });
  for (let round = 0; round < 30; round++) {
    if (!(await run()).includes('held')) break;
    deps.clock.advance(120_000);
  }
  expect(deps.deadLetters.all()).toEqual([]);
  expectRight(demo, list, (key) => demo.rows('contacts').has(key));
});

test('one row that is refused is found among many, and alone is refused', async () => {
  const { demo, deps, run } = await world({ upsertMultiple: { contacts: 'contact' } });
  demo.misbehave({ kind: 'refuse-key', key: 'p8' });
  const endings = await run();
  expect(endings.filter((name) => name === 'rejected')).toHaveLength(1);
  expect(endings.filter((name) => name === 'delivered')).toHaveLength(records.length - 1);
  expect(demo.rows('contacts').size).toBe(PEOPLE.length - 1);
  expect(deps.deadLetters.all()).toHaveLength(1);
});

test('a server that takes no errors in its stride: halves are sent until the bad row stands alone', async () => {
  const { demo, run } = await world();
  demo.misbehave({ kind: 'stop-at-error' });
  demo.misbehave({ kind: 'refuse-key', key: 'p10' });
  expect((await run()).filter((name) => name === 'rejected')).toHaveLength(1);
  expect(demo.rows('contacts').size).toBe(PEOPLE.length - 1);
});

test('tasks without a key column: after a thaw none is made twice, and each that is in doubt is a dead letter', async () => {
  const { demo, deps, run } = await world({ onceKeys: {} });
  demo.misbehave({ kind: 'reset', when: 'after', path: '/tasks', count: 2 });
  for (let round = 0; round < 30; round++) {
    if (!(await run()).includes('held')) break;
    deps.clock.advance(120_000);
  }
  const doubtful = { remote: { code: 'DOUBTFUL' } };
  expect(deps.deadLetters.all()).toMatchObject([doubtful, doubtful]);
  expect(demo.rows('tasks').size).toBe(PEOPLE.length);
});
