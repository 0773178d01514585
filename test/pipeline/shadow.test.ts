import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CompiledRules } from '../../shared/core/compiled.js';
import type { Asked, Log, Message } from '../../shared/core/ports.js';
import { dryStates } from '../../shared/dry-run/dry-states.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps, message, rulesOf } from '../support/fakes.js';
import { batches, historyAndShuffle } from '../support/histories.js';

const row = (set: object, word = 'upsert', match = '$key'): object => ({
  [word]: 'sales/Contact',
  match: { Id: match },
  ...(word === 'delete' ? {} : { set }),
});

/** Rules of every kind that meet in a few rows: what a shadow could spoil for the others. */
const KINDS: readonly object[] = [
  { when: { member: 'hot' }, do: [row({ First: 'person.name.firstName', Hot: { member: 'hot' } })] },
  { when: { member: 'hot' }, do: [row({ Tier: { value: 'Hot' } })], stop: true },
  {
    when: { member: 'vip' },
    do: [row({ Tier: { value: 'VIP' }, Points: 'loyalty.points' })],
    otherwise: [row({ Tier: null })],
  },
  { when: { entered: 'hot' }, do: [{ send: 'sales/Task', set: { Who: 'person.name.lastName' } }] },
  { when: { left: 'vip' }, do: [row({}, 'delete')] },
  { when: { stayed: 'hot' }, do: [row({ Seen: true })] },
  { when: { changed: 'loyalty.points' }, do: [{ send: 'sales/Task', set: { Points: 'loyalty.points' } }] },
  { when: { member: { any: ['hot', 'lapsed'] } }, if: 'loyalty.points >= 2', do: [row({ Rich: true })] },
  { when: { entered: 'lapsed' }, do: [row({ Lapsed: true }, 'upsert', 'person.name.lastName')] },
];

const fileOf = (rules: readonly object[], consent: boolean): CompiledRules =>
  rulesOf({
    audiences: {
      hot: 'hot-1',
      vip: { id: 'vip-1', namespace: 'CustomerAudienceUpload' },
      lapsed: 'lapsed-1',
    },
    person: { key: ['crmid'] },
    connections: { sales: { type: 'fake', allow: ['delete'] } },
    ...(consent && {
      consent: { require: 'person.name.firstName', withdrawn: [row({ OptOut: true }, 'update')] },
    }),
    rules,
  });

/** Everything that a deployment does and remembers. */
async function happening(rules: CompiledRules, stream: readonly Message[][], refused: number) {
  // One call in some fails, so that edges are owed and records come again.
  const crm = fakeCrm({
    answer: (_, call) => (call % refused === 0 ? { kind: 'rejected', code: 'NO', text: 'no' } : undefined),
  });
  const store = dryStates();
  const deps = { ...fakeDeps(rules, crm), store };
  const pipeline = createPipeline(deps);
  const endings: unknown[] = [];
  for (const batch of stream) endings.push(await pipeline.run(batch, { redelivers: true }));
  return { calls: crm.calls, endings, states: [...store.all], ledger: deps.observer.totals() };
}

test('whatever rules are shadows, calls, endings, states and ledger are those without these rules', async () => {
  const mask = fc.array(fc.boolean(), { minLength: KINDS.length, maxLength: KINDS.length });
  await fc.assert(
    fc.asyncProperty(
      historyAndShuffle,
      mask,
      fc.boolean(),
      fc.integer({ min: 2, max: 9 }),
      async ({ shuffled, cuts }, isShadow, consent, refused) => {
        const named = KINDS.map((rule, i) => ({ name: `rule ${i}`, ...rule }));
        const marked = named.map((rule, i) => ({ ...rule, shadow: isShadow[i] ?? false }));
        const stream = batches(shuffled, cuts);
        const withThem = await happening(fileOf(marked, consent), stream, refused);
        const without = named.filter((_, i) => !isShadow[i]);
        expect(withThem).toEqual(await happening(fileOf(without, consent), stream, refused));
      },
    ),
    { numRuns: 400 },
  );
});

const at = (second: number): string => `2026-11-01T10:00:${second}Z`;
const person = (id: string, second: number, status: string, more: object = {}): object => ({
  identityMap: { CRMID: [{ id }] },
  segmentMembership: { ups: { 'hot-1': { status, lastQualificationTime: at(second) } } },
  ...more,
});

/** What is told of shadows: lines of the log, and what observers hear. */
async function told(rules: readonly object[], stream: readonly Message[][], consent = false) {
  const lines: Record<string, unknown>[] = [];
  const log: Log = {
    write(_, event, { batch, first, last, ...fields }) {
      if (event === 'shadow') lines.push(fields);
    },
  };
  const asked: Asked[] = [];
  const crm = fakeCrm();
  const deps = fakeDeps(fileOf(rules, consent), crm, { log });
  const observer = { ...deps.observer, shadow: (one: Asked) => void asked.push(one) };
  const pipeline = createPipeline({ ...deps, observer });
  for (const batch of stream) await pipeline.run(batch, { redelivers: true });
  return { lines, asked, calls: crm.calls };
}

const T = 1_790_000_000_000;

describe('what is told of a shadow', () => {
  const flag = { name: 'flag', when: { member: 'hot' }, do: [row({ Hot: { member: 'hot' } })], shadow: true };
  const task = {
    name: 'task',
    when: { entered: 'hot' },
    do: [{ send: 'sales/Task', set: { Who: 'person.name.lastName' } }],
    shadow: true,
  };

  test('one line a batch and shadow, with counts and nothing of anybody', async () => {
    const ada = { person: { name: { lastName: 'Lovelace' } } };
    const first = [
      message('1', person('C-1', 20, 'realized', ada)),
      message('2', person('C-2', 20, 'realized', ada)),
    ];
    const again = [message('3', person('C-1', 20, 'realized', ada), T + 1)];
    const { lines, asked, calls } = await told([flag, task], [first, again, []]);
    const nothing = { source: 'test', matched: 0, unchanged: 0, withheld: 0, unaddressed: 0, actions: {} };
    expect(lines).toEqual([
      { ...nothing, rule: 'flag', matched: 2, actions: { sales: { upsert: 2 } } },
      { ...nothing, rule: 'task', matched: 2, actions: { sales: { send: 2 } } },
      // A level is not remembered as written, so it would be again; an edge is over.
      { ...nothing, rule: 'flag', matched: 1, actions: { sales: { upsert: 1 } } },
      { ...nothing, rule: 'task' },
      { ...nothing, source: 'none', rule: 'flag' },
      { ...nothing, source: 'none', rule: 'task' },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/C-1|Lovelace/);
    expect(calls).toEqual([]);
    expect(asked[0]).toMatchObject({
      person: 'crmid:C-1',
      action: { operation: 'upsert', key: { Id: 'C-1' }, fields: { Hot: true } },
      causes: ['flag (member of hot)'],
      messages: ['1'],
    });
  });

  test('what a rule at work has written already, the shadow would not write', async () => {
    const live = { ...flag, name: 'live', shadow: false };
    const stream = [
      [message('1', person('C-1', 20, 'realized'))],
      [message('2', person('C-1', 20, 'realized'), T + 1)],
    ];
    const { lines } = await told([live, flag], stream);
    expect(lines).toMatchObject([
      { rule: 'flag', matched: 1, unchanged: 0 },
      { rule: 'flag', matched: 1, unchanged: 1, actions: {} },
    ]);
  });

  test('without consent it would do nothing, and the opt-out is not its own', async () => {
    const no = { person: { name: { firstName: 'n' } } };
    const { lines, calls } = await told([flag], [[message('1', person('C-1', 20, 'realized', no))]], true);
    expect(lines).toMatchObject([{ rule: 'flag', matched: 1, withheld: 1, actions: {} }]);
    expect(calls.flat()).toMatchObject([{ operation: 'update', fields: { OptOut: true } }]);
  });

  test('a change of an attribute that a rule at work reads', async () => {
    const live = { name: 'live', when: { member: 'hot' }, do: [row({ Points: 'loyalty.points' })] };
    const change = {
      name: 'change',
      when: { changed: 'loyalty.points' },
      do: [{ send: 'sales/Task', set: { What: true } }],
      shadow: true,
    };
    const with1 = person('C-1', 20, 'realized', { loyalty: { points: 1 } });
    const with2 = person('C-1', 20, 'realized', { loyalty: { points: 2 } });
    const stream = [
      [message('1', with1)],
      [message('2', with1, T + 1)],
      [message('3', with2, T + 2)],
      [message('4', with2, T + 3)],
    ];
    const { lines } = await told([live, change], stream);
    expect(lines.map(({ matched }) => matched)).toEqual([0, 0, 1, 0]);
  });
});

test('a rule that is a shadow no longer begins like a new one: levels with the next record, past edges not', async () => {
  const store = dryStates();
  const rules = (shadow: boolean): CompiledRules =>
    fileOf(
      [
        { name: 'flag', when: { member: 'hot' }, do: [row({ Hot: { member: 'hot' } })], shadow },
        { name: 'task', when: { entered: 'hot' }, do: [{ send: 'sales/Task', set: { What: true } }], shadow },
      ],
      false,
    );
  const crm = fakeCrm();
  const run = async (shadow: boolean, one: Message): Promise<void> => {
    await createPipeline({ ...fakeDeps(rules(shadow), crm), store }).run([one], { redelivers: true });
  };
  await run(true, message('1', person('C-1', 20, 'realized')));
  expect(crm.calls).toEqual([]);
  await run(false, message('2', person('C-1', 20, 'realized'), T + 1));
  expect(crm.calls.flat().map(({ operation }) => operation)).toEqual(['upsert']);
});
