import { expect, test } from 'vitest';
import { resolverOf } from '../../shared/config/audience-names.js';
import { compile } from '../../shared/core/compile.js';
import { Fault } from '../../shared/core/fault.js';
import { RulesFile } from '../../shared/core/rules.js';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { audienceBook } from '../../shared/door/audience-book.js';
import { namedRules } from '../../shared/door/named-rules.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps, message } from '../support/fakes.js';

const TIME = '2026-11-21T08:00:00.000Z';
const set = (about: string, field: string) => ({
  name: `about ${about}`,
  when: { member: about },
  do: [{ upsert: 'sales/C', match: { Id: '$key' }, set: { [field]: { member: about } } }],
});

const FILE = RulesFile.parse({
  audiences: { hot: 'hot-1', vip: { name: 'VIP customers' } },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'http' } },
  rules: [
    set('hot', 'Hot'),
    set('vip', 'Vip'),
    { ...set('hot', 'None'), name: 'none of both', when: { member: { none: ['hot', 'vip'] } } },
    {
      ...set('hot', 'Reads'),
      name: 'reads the other',
      do: [{ upsert: 'sales/C', match: { Id: '$key' }, set: { Reads: { member: 'vip' } } }],
    },
  ],
});

/** A consumer over the file, with the book of its deployment. */
async function consumer(names: Readonly<Record<string, string>> = {}) {
  const crm = fakeCrm();
  const lines: { event: string; audience?: unknown }[] = [];
  const log = { write: (_: string, event: string, fields: object) => void lines.push({ event, ...fields }) };
  const deps = fakeDeps(compile(FILE, NO_TOOLS).rules, crm, { log });
  const book = audienceBook(deps.store, deps.clock);
  const register = (name: string, audience: string) =>
    book.change(`aud_${audience}`, () => ({
      id: `aud_${audience}`,
      name,
      audience,
      created: TIME,
      updated: TIME,
    }));
  for (const [name, audience] of Object.entries(names)) await register(name, audience);
  const state = { down: false };
  const shaky = {
    ...book,
    all: (deadline?: number) =>
      state.down ? Promise.reject(new Fault('store.unavailable', 'no')) : book.all(deadline),
  };
  const open = async () => {
    const rulesFor = await namedRules({ ...deps, resolve: resolverOf(FILE, NO_TOOLS), book: shaky, log });
    return createPipeline({ ...deps, rulesFor });
  };
  let sequence = 0;
  return {
    crm,
    deps,
    lines,
    open,
    register,
    state,
    forget: (audience: string) => book.change(`aud_${audience}`, () => undefined),
    /** A record of a person in these audiences, given to a pipeline; gives its ending. */
    async give(pipeline: Awaited<ReturnType<typeof open>>, crmid: string, ...audiences: readonly string[]) {
      const ups = Object.fromEntries(
        audiences.map((entry) => {
          const [id = '', name] = entry.split('=');
          return [id, { status: 'realized', lastQualificationTime: TIME, ...(name && { name }) }];
        }),
      );
      const record = { identityMap: { crmid: [{ id: crmid }] }, segmentMembership: { ups } };
      const [settlement] = await pipeline.run([message(`m${++sequence}`, record)], { redelivers: true });
      return settlement?.endings[0]?.name;
    },
    row: (crmid: string) => crm.rows.get(`C/${crmid}`),
    told: (event: string) => lines.filter((line) => line.event === event).length,
  };
}

test('an audience that is registered by its name is the one rules are about', async () => {
  const world = await consumer({ 'VIP customers': 'v-1' });
  const pipeline = await world.open();
  expect(await world.give(pipeline, 'C-1', 'v-1')).toBe('delivered');
  expect(world.row('C-1')).toEqual({ Vip: true, None: false });
  expect(world.told('audience.unresolved')).toBe(0);
});

test('rules that speak of an unknown name in any place do not act, the others do, and the log says so', async () => {
  const world = await consumer();
  const pipeline = await world.open();
  expect(await world.give(pipeline, 'C-1', 'v-1')).toBe('irrelevant');
  expect(await world.give(pipeline, 'C-2', 'hot-1', 'v-1')).toBe('delivered');
  expect(world.row('C-2')).toEqual({ Hot: true });
  expect(world.lines.find(({ event }) => event === 'audience.unresolved')).toMatchObject({
    audience: 'vip',
    fault: 'config.audience-name',
  });
});

test('the first export that carries the name is enough, for its own record too', async () => {
  const world = await consumer();
  const pipeline = await world.open();
  expect(await world.give(pipeline, 'C-1', 'v-7=VIP customers')).toBe('delivered');
  expect(world.row('C-1')).toEqual({ Vip: true, None: false });
  expect(await (await world.open()).run([], { redelivers: true })).toEqual([]);
  expect(world.told('audience.unresolved')).toBe(1);
});

test('a name that comes last of very many is found for the record that brings it', async () => {
  const world = await consumer();
  const others = Array.from({ length: 25 }, (_, i) => `n-${i}=Name ${i}`);
  expect(await world.give(await world.open(), 'C-1', ...others, 'v-7=VIP customers')).toBe('delivered');
  expect(await world.give(await world.open(), 'C-2', 'v-7')).toBe('delivered');
});

test('a name that an export brings is found while the book does not answer, also while it is left alone', async () => {
  const world = await consumer();
  const pipeline = await world.open();
  world.state.down = true;
  expect(await world.give(pipeline, 'C-1', 'n-1=Other')).toBe('irrelevant');
  expect(await world.give(pipeline, 'C-2', 'v-7=VIP customers')).toBe('delivered');
  expect(await world.give(pipeline, 'C-3', 'v-7')).toBe('delivered');
});

test('what is registered while the consumer runs is found within a minute', async () => {
  const world = await consumer();
  const pipeline = await world.open();
  await world.register('VIP customers', 'v-1');
  expect(await world.give(pipeline, 'C-1', 'v-1')).toBe('irrelevant');
  world.deps.clock.advance(60_000);
  expect(await world.give(pipeline, 'C-2', 'v-1')).toBe('delivered');
});

test('a name that leads nowhere any more ends its rules, loudly; a store that does not answer ends nothing', async () => {
  const world = await consumer({ 'VIP customers': 'v-1' });
  const pipeline = await world.open();
  world.state.down = true;
  world.deps.clock.advance(900_000);
  expect(await world.give(pipeline, 'C-1', 'v-1')).toBe('delivered');
  expect(world.told('audience.names-unread')).toBe(1);
  world.state.down = false;
  await world.forget('v-1');
  world.deps.clock.advance(900_000);
  expect(await world.give(pipeline, 'C-2', 'v-1')).toBe('irrelevant');
  expect(world.told('audience.unresolved')).toBe(1);
});

test('a consumer whose store cannot be read does not start: its source delivers again', async () => {
  const world = await consumer();
  world.state.down = true;
  await expect(world.open()).rejects.toMatchObject({ code: 'store.unavailable' });
});
