import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { assemble } from '../../shared/assemble.js';
import { systemClock } from '../../shared/clock.js';
import { closeMemories } from '../../shared/stores/open.js';
import { message } from '../support/fakes.js';
import { functionsFile } from './functions-file.js';

const FUNCTIONS = `
  import { defineMapping, defineRule } from 'tributary/functions';
  export const isRich = defineRule({ reads: { paths: ['points'] }, holds: ({ value }) => Number(value('points')) > 1000 });
  export const initials = defineMapping({
    reads: { paths: ['person.name.firstName'] },
    value: ({ value }) => String(value('person.name.firstName') ?? '').slice(0, 1),
  });
`;

const RULES = `
audiences: { hot: hot-1 }
person: { key: [crmid] }
connections: { sales: { type: http, url: "https://api.example.com/rows" } }
rules:
  - name: worth it
    when: { member: hot }
    if:
      all:
        - person.name.firstName matches "^A"
        - { cel: "profile.orders.exists(o, o.total > 100) && member.hot" }
        - { function: isRich }
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { Initials: { function: initials } } }]
`;

/** A deployed pipeline with functions of the customer's; gives the bodies of its requests. */
async function deployed(functions = FUNCTIONS) {
  const file = await functionsFile('mine.ts', functions);
  const config = join(dirname(file), 'tributary.yaml');
  await writeFile(config, RULES);
  const bodies: string[] = [];
  onTestFinished(closeMemories);
  const fetch: typeof globalThis.fetch = async (_, init) => {
    bodies.push(String(init?.body));
    return new Response('{}', { status: 200 });
  };
  const kept = 'memory:escape-hatches';
  const env = {
    TRIBUTARY_CONFIG: config,
    TRIBUTARY_FUNCTIONS: file,
    TRIBUTARY_STATE: kept,
    TRIBUTARY_PARKING: kept,
    TRIBUTARY_DEAD_LETTERS: kept,
    TRIBUTARY_LOG_LEVEL: 'silent',
  };
  const pipeline = await assemble(env, { clock: systemClock, fetch });
  return { pipeline, bodies };
}

const record = (crmid: string, values: object) => ({
  identityMap: { crmid: [{ id: crmid }] },
  segmentMembership: {
    ups: { 'hot-1': { status: 'realized', lastQualificationTime: '2026-07-01T12:00:00Z' } },
  },
  ...values,
});

test('a deployed pipeline decides by patterns, CEL and functions, and writes what functions give', async () => {
  const { pipeline, bodies } = await deployed();
  const ada = { person: { name: { firstName: 'Ada' } }, orders: [{ total: 150 }], points: 1200 };
  const settlements = await pipeline.run(
    [
      message('1', record('C-1', ada)),
      message('2', record('C-2', { ...ada, points: 5 })),
      message('3', record('C-3', { ...ada, orders: [{ total: 5 }] })),
      message('4', record('C-4', { ...ada, orders: 'none' })),
      message('5', record('C-5', { ...ada, person: { name: { firstName: 'Bo' } } })),
    ],
    { redelivers: true },
  );
  expect(settlements.map(({ endings }) => endings[0]?.name)).toEqual([
    'delivered',
    'irrelevant',
    'irrelevant',
    'irrelevant',
    'irrelevant',
  ]);
  expect(bodies).toHaveLength(1);
  expect(bodies[0]).toContain('"Initials":"A"');
});

test('a file of functions that is wrong stops the start', async () => {
  await expect(deployed('export const isRich = 5;')).rejects.toMatchObject({ code: 'config.invalid' });
  await expect(deployed('export const = 5;')).rejects.toMatchObject({ code: 'config.unreadable' });
});
