import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assemble } from '../shared/assemble.js';
import { systemClock } from '../shared/clock.js';
import { closeMemories } from '../shared/stores/open.js';
import { memorySpans, provideSpans } from '../shared/traces/memory.js';
import { message } from './support/fakes.js';

const RULES = `
audiences: { hot: hot-1 }
person: { key: [crmid] }
connections:
  sales: { type: http, url: "https://api.example.com/rows" }
rules:
  - name: r
    when: { member: hot }
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { Hot: { member: hot } } }]
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-assemble-'));
  await writeFile(join(folder, 'tributary.yaml'), RULES);
});
afterAll(async () => {
  closeMemories();
  await rm(folder, { recursive: true });
});

/** What a fresh process calls a person in its logs. */
async function nameOf(person: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const pipeline = await assemble({
    TRIBUTARY_CONFIG: join(folder, 'tributary.yaml'),
    TRIBUTARY_STATE: 'memory:assemble',
    TRIBUTARY_PARKING: 'memory:assemble',
    TRIBUTARY_DEAD_LETTERS: 'memory:assemble',
    TRIBUTARY_LOG_LEVEL: 'silent',
    ...more,
  });
  const record = { identityMap: { crmid: [{ id: person }] } };
  const [settlement] = await pipeline.run([message('1', record)], { redelivers: true });
  return settlement?.endings[0]?.person ?? '';
}

test('a person has one name for all who hold the key, and another for everybody else', async () => {
  const key = { TRIBUTARY_LOG_KEY: 'a key that nobody guesses' };
  const name = await nameOf('C-1', key);
  expect(name).toMatch(/^[0-9a-f]{16}$/);
  expect(await nameOf('C-1', key)).toBe(name);
  expect(await nameOf('C-2', key)).not.toBe(name);
  expect(await nameOf('C-1', { TRIBUTARY_LOG_KEY: 'another key of the same use' })).not.toBe(name);
});

test('without a key no two processes agree on a name, so none can be found by trying', async () => {
  expect(await nameOf('C-1')).not.toBe(await nameOf('C-1'));
});

test('a deployment finds an audience by the name that an export carries, and then for every later record', async () => {
  const named = RULES.replace('{ hot: hot-1 }', '{ hot: { name: "Hot prospects" } }');
  await writeFile(join(folder, 'named.yaml'), named);
  const env = {
    TRIBUTARY_CONFIG: join(folder, 'named.yaml'),
    TRIBUTARY_STATE: 'memory:assemble-names',
    TRIBUTARY_PARKING: 'memory:assemble',
    TRIBUTARY_DEAD_LETTERS: 'memory:assemble',
    TRIBUTARY_LOG_LEVEL: 'silent',
  };
  const sent: string[] = [];
  const machine = {
    clock: systemClock,
    fetch: async (_: unknown, init?: RequestInit) => {
      sent.push(String(init?.body));
      return new Response('{}');
    },
  };
  const record = (crmid: string, more: object) => ({
    identityMap: { crmid: [{ id: crmid }] },
    segmentMembership: {
      ups: { 'hot-1': { status: 'realized', lastQualificationTime: '2026-01-02T03:04:05Z', ...more } },
    },
  });
  const endingOf = async (crmid: string, more: object = {}) => {
    // A pipeline of its own each time: what one process has seen another knows.
    const pipeline = await assemble(env, machine);
    const [settlement] = await pipeline.run([message(crmid, record(crmid, more))], { redelivers: true });
    return settlement?.endings[0]?.name;
  };
  expect(await endingOf('C-1')).toBe('irrelevant');
  expect(await endingOf('C-2', { name: 'Hot prospects' })).toBe('delivered');
  expect(await endingOf('C-3')).toBe('delivered');
  expect(sent).toHaveLength(2);
});

test('traces go where the setting says, below the invocation that Lambda names at the time', async () => {
  const spans = memorySpans();
  provideSpans('assemble', spans);
  const env: Record<string, string> = {
    TRIBUTARY_CONFIG: join(folder, 'tributary.yaml'),
    TRIBUTARY_STATE: 'memory:assemble',
    TRIBUTARY_PARKING: 'memory:assemble',
    TRIBUTARY_DEAD_LETTERS: 'memory:assemble',
    TRIBUTARY_LOG_LEVEL: 'silent',
    TRIBUTARY_TRACES: 'memory:assemble',
  };
  const pipeline = await assemble(env);
  const roots = ['5759e988-bd862e3fe1be46a994272793', '5759e989-bd862e3fe1be46a994272794'];
  for (const root of roots) {
    env['_X_AMZN_TRACE_ID'] = `Root=1-${root};Parent=53995c3f42cd8ad8;Sampled=1`;
    await pipeline.run([message('1', { identityMap: {} })], { redelivers: true });
  }
  const batches = spans.all().filter(({ name }) => name === 'batch');
  expect(batches.map(({ traceId }) => traceId)).toEqual(roots.map((root) => root.replace('-', '')));
});

test('an HTTP API is told the request it is part of, and each batch its own; without traces nothing', async () => {
  const spans = memorySpans();
  provideSpans('assemble-http', spans);
  const env = {
    TRIBUTARY_CONFIG: join(folder, 'tributary.yaml'),
    TRIBUTARY_STATE: 'memory:assemble-http',
    TRIBUTARY_PARKING: 'memory:assemble',
    TRIBUTARY_DEAD_LETTERS: 'memory:assemble',
    TRIBUTARY_LOG_LEVEL: 'silent',
    TRIBUTARY_TRACES: 'memory:assemble-http',
  };
  const told: (string | null)[] = [];
  const machine = {
    clock: systemClock,
    fetch: async (_: unknown, init?: RequestInit) => {
      told.push(new Headers(init?.headers).get('traceparent'));
      return new Response('{}');
    },
  };
  const membership = { status: 'realized', lastQualificationTime: '2026-01-02T03:04:05Z' };
  const record = (id: string) => ({
    identityMap: { crmid: [{ id }] },
    segmentMembership: { ups: { 'hot-1': membership } },
  });
  const pipeline = await assemble(env, machine);
  await Promise.all(
    ['C-1', 'C-2'].map((id) => pipeline.run([message(id, record(id))], { redelivers: true })),
  );
  const sends = spans.all().filter(({ name }) => name === 'send');
  expect(new Set(sends.map(({ traceId }) => traceId)).size).toBe(2);
  expect(told.toSorted()).toEqual(
    sends.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`).toSorted(),
  );
  const plain = await assemble({ ...env, TRIBUTARY_TRACES: 'off' }, machine);
  await plain.run([message('C-3', record('C-3'))], { redelivers: true });
  expect(told.slice(2)).toEqual([null]);
});
