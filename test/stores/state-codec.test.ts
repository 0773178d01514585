import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StateStore } from '../../shared/core/ports.js';
import { EMPTY_STATE, type PersonState } from '../../shared/core/state.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { memoryStore } from '../../shared/stores/memory.js';
import { decodeState, encodeState } from '../../shared/stores/state-codec.js';
import { fakeCrm, fakeDeps } from '../support/fakes.js';
import { batches, historyAndShuffle, levelRules } from '../support/histories.js';
import { anyState, personWith, weighing } from './states.js';

function decoded(bytes: Uint8Array): PersonState {
  const result = decodeState(bytes);
  if (!result.ok) throw result.fault;
  return result.value;
}

const faultOf = (bytes: Uint8Array) => {
  const result = decodeState(bytes);
  return result.ok ? undefined : result.fault;
};

const format2 = (payload: unknown): Uint8Array =>
  Buffer.concat([Buffer.of(2, 0), Buffer.from(JSON.stringify(payload))]);
const format1 = (payload: unknown): Uint8Array => Buffer.concat([Buffer.of(1), format2(payload).subarray(1)]);

/** The empty state's columns, with some replaced. */
const columns = (changed: Readonly<Record<number, unknown>>): unknown[] =>
  [[], [], '', [], [], [], [], [], [], [], [], [], [], [], [], [], [], []].map((column, i) =>
    i in changed ? changed[i] : column,
  );
const columns1 = (changed: Readonly<Record<number, unknown>>): unknown[] =>
  [[], [], '', [], [], [], [], [], [], [], [], [], []].map((column, i) =>
    i in changed ? changed[i] : column,
  );

describe('round trip', () => {
  test('any state comes back as it was, members in their order', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const back = decoded(encodeState(state));
        expect(back).toEqual(state);
        expect([...back.standing.keys()]).toEqual([...state.standing.keys()]);
        expect([...back.written.keys()]).toEqual([...state.written.keys()]);
      }),
      { numRuns: 500 },
    );
  });

  test('the same state gives the same bytes', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const bytes = encodeState(state);
        expect(encodeState(decoded(bytes))).toEqual(bytes);
      }),
    );
  });

  test('no microsecond is lost, up to the last one a number can tell', () => {
    const at = [1_790_000_000_123_456, 1_790_000_000_123_457, Number.MAX_SAFE_INTEGER, 0, -1];
    const standing = new Map(at.map((time, i) => [`ups/${i}`, { at: time, member: false, ever: true }]));
    const back = decoded(encodeState({ ...EMPTY_STATE, standing }));
    expect([...back.standing.values()].map((one) => one.at)).toEqual(at);
  });

  test('a short state stays plain, a long one is packed, one that cannot be packed stays plain', () => {
    expect(encodeState(EMPTY_STATE)[1]).toBe(0);
    expect(encodeState(personWith({ ...LIFE, audiences: 250 }))[1]).toBe(1);
    expect(Math.abs(encodeState(weighing(100_000)).length - 100_000)).toBeLessThan(500);
  });

  test('a pipeline whose states go through it ends in the same rows and endings', async () => {
    await fc.assert(
      fc.asyncProperty(historyAndShuffle, async ({ shuffled, cuts }) => {
        const run = async (store: StateStore) => {
          const crm = fakeCrm();
          const deps = { ...fakeDeps(levelRules, crm), store };
          const endings: unknown[] = [];
          for (const batch of batches(shuffled, cuts))
            endings.push(await createPipeline(deps).run(batch, { redelivers: true }));
          return { endings, rows: [...crm.rows] };
        };
        expect(await run(throughCodec(memoryStore()))).toEqual(await run(memoryStore()));
      }),
      { numRuns: 60 },
    );
  });
});

/** A store that keeps nothing but bytes. */
const throughCodec = (store: StateStore): StateStore => ({
  ...store,
  write: (writes) =>
    store.write(writes.map((write) => ({ ...write, state: decoded(encodeState(write.state)) }))),
});

const LIFE = { audiences: 3, audienceLength: 36, connections: 10, fields: 15, keyLength: 36 };

/** A person as the first claim writes them: every audience has been heard of now, and rules are asked about each. */
const claimed = (calm: PersonState): PersonState => ({
  ...calm,
  owed: [...calm.standing].map(([audience, { at, member }]) => ({
    ...{ audience, change: member ? ('entered' as const) : ('left' as const), at, first: true, seen: at },
    decided: member ? { '1x2y3z4a5b6': true, '7c8d9e0f1g2': false } : { '2x2y3z4a5b6': true },
  })),
});

describe('size', () => {
  test.each([
    ['a new person', { ...LIFE, connections: 1, fields: 6 }, 1_000],
    ['20 audiences, 2 connections', { ...LIFE, audiences: 20, connections: 2 }, 2_500],
    ['250 audiences, 10 connections', { ...LIFE, audiences: 250 }, 14_000],
    [
      '250 audiences, 10 connections, long ids',
      { ...LIFE, audiences: 250, audienceLength: 100, keyLength: 2_000 },
      32_000,
    ],
    [
      '250 audiences, 10 connections, long ids, 100 other ids',
      { ...LIFE, audiences: 250, audienceLength: 100, keyLength: 2_000, aliases: 100 },
      32_000,
    ],
    ['2,000 audiences, 10 connections, long key', { ...LIFE, audiences: 2_000, keyLength: 2_000 }, 80_000],
  ])('%s', (_, life, most) => {
    const calm = personWith(life);
    for (const state of [calm, claimed(calm)]) {
      const bytes = encodeState(state);
      expect(bytes.length).toBeLessThan(most);
      expect(bytes.length).toBeGreaterThan(most / 2);
      expect(decoded(bytes)).toEqual(state);
    }
  });

  test('what is owed adds little to what is known', () => {
    const calm = personWith({ ...LIFE, audiences: 2_000, audienceLength: 100 });
    expect(encodeState(claimed(calm)).length).toBeLessThan(encodeState(calm).length * 1.02);
  });
});

describe('bytes that cannot be read', () => {
  test('a newer format is refused, and the fault says what to do', () => {
    const fault = faultOf(Buffer.concat([Buffer.of(3), encodeState(EMPTY_STATE).subarray(1)]));
    expect(fault).toMatchObject({ code: 'store.format', retryable: false });
    expect(fault?.message).toContain('is in format 3 and this version of tributary reads up to 2');
    expect(fault?.message).toContain('deploy that version again');
  });

  const secret = 'ada.lovelace@example.com';
  test.each<[string, Uint8Array]>([
    ['nothing', Buffer.of()],
    ['a format byte alone', Buffer.of(2)],
    ['format 0', Buffer.of(0, 0)],
    ['an unknown packing', Buffer.of(2, 9, 1, 2, 3)],
    ['no JSON', Buffer.concat([Buffer.of(2, 0), Buffer.from(`{"${secret}`)])],
    ['not deflated', Buffer.concat([Buffer.of(2, 1), Buffer.from(secret)])],
    ['cut off', encodeState(personWith({ ...LIFE, audiences: 250 })).subarray(0, 2_000)],
    ['another shape', format2({ [secret]: 1 })],
    ['too few columns', format2([[], []])],
    ['too many columns', format2([...columns({}), secret])],
    ['a key without its time', format2(columns({ 0: [secret], 2: '1' }))],
    ['a key without its flags', format2(columns({ 0: [secret], 1: [1] }))],
    ['a flag out of range', format2(columns({ 0: [secret], 1: [1], 2: '8' }))],
    ['a turn without its time', format2(columns({ 0: [secret], 1: [1], 2: '5' }))],
    ['the time of no turn', format2(columns({ 0: [secret], 1: [1], 2: '1', 3: [1] }))],
    ['a path without its value', format2(columns({ 4: [secret], 5: [1] }))],
    ['a field without its hash', format2(columns({ 7: [[secret, ['Name'], [], [1], 0]] }))],
    ['a row without its acceptance', format2(columns({ 7: [[secret, ['Name'], ['a'], [1]]] }))],
    ['a time that is none', format2(columns({ 0: [secret], 1: ['1'], 2: '1' }))],
    ['half a claim', format2(columns({ 9: [secret] }))],
    ['an edge nobody knows', format2(columns({ 10: [secret], 11: [3 + 32], 12: [1] }))],
    ['an edge without flags', format2(columns({ 10: [secret] }))],
    ['an edge with flags out of range', format2(columns({ 10: [secret], 11: [512 + 32], 12: [1] }))],
    ['an edge without a time', format2(columns({ 10: [secret], 11: [0] }))],
    ['an edge without its own time', format2(columns({ 10: [secret], 11: [32] }))],
    ['an edge seen at no time', format2(columns({ 10: [secret], 11: [32 + 64], 12: [1] }))],
    ['a time of no edge', format2(columns({ 10: [secret], 11: [32], 12: [1, 2] }))],
    ['an edge of no audience', format2(columns({ 0: [secret], 1: [1], 2: '1', 10: [2], 11: [0] }))],
    ['what was decided of no edge', format2(columns({ 13: [{ [secret]: true }], 14: [0] }))],
    [
      'an edge whose decision is not there',
      format2(columns({ 10: [secret], 11: [32 + 256], 12: [1], 14: [0] })),
    ],
    ['a decision that is none', format2(columns({ 13: [{ [secret]: 1 }] }))],
    ['an alias without its day', format2(columns({ 15: [secret] }))],
    ['a claimant without a key', format2(columns({ 17: [[secret]] }))],
    ['of format 1 another shape', format1({ [secret]: 1 })],
    ['of format 1 too many columns', format1([...columns1({}), secret])],
    ['of format 1 a flag out of range', format1(columns1({ 0: [secret], 1: [1], 2: '4' }))],
    ['of format 1 an edge nobody knows', format1(columns1({ 9: [[secret, 'vanished', 1, 0]] }))],
    ['of format 1 an edge with a flag out of range', format1(columns1({ 9: [[secret, 'left', 1, 8]] }))],
    ['of format 1 an alias without its day', format1(columns1({ 10: [secret] }))],
    ['a bomb', Buffer.concat([Buffer.of(2, 1), deflateRawSync(Buffer.alloc(65 * 1024 * 1024, '['))])],
  ])('%s is a fault that quotes nothing', (_, bytes) => {
    const fault = faultOf(bytes);
    expect(fault).toMatchObject({ code: 'store.format' });
    expect(fault?.message).not.toContain(secret);
  });

  test('no damage to any byte makes it throw', () => {
    const sound = encodeState(personWith({ ...LIFE, audiences: 40 }));
    fc.assert(
      fc.property(fc.nat({ max: sound.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Uint8Array.from(sound);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        expect(() => decodeState(damaged)).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

/** Bytes of a life in full, written down once, and what was in them. */
function goldenOf(format: number) {
  const file = join(import.meta.dirname, `state-format-${format}.json`);
  const golden: { readonly bytes: string; readonly members: Record<string, unknown> } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  const state: Record<string, unknown> = { ...decoded(Buffer.from(golden.bytes, 'base64')) };
  return { ...golden, state };
}

/** Maps and sets as the golden files write them. */
const written = (value: unknown): unknown => {
  if (value instanceof Map) return { map: [...value].map(([key, one]) => [key, written(one)]) };
  return value instanceof Set ? { set: [...value] } : value;
};

describe.each([1, 2])('bytes of format %i', (format) => {
  const { state, members } = goldenOf(format);

  test('of a life in full, as they were packed then, whatever zlib there is', () => {
    expect(Object.fromEntries(Object.entries(state).map(([name, one]) => [name, written(one)]))).toEqual(
      members,
    );
  });

  test('lack no member of a state', () => {
    expect(Object.keys(members).sort()).toEqual(Object.keys(EMPTY_STATE).sort());
    for (const [name, value] of Object.entries(state))
      expect(value, name).not.toEqual(EMPTY_STATE[name as keyof PersonState]); // its own keys
    expect(JSON.stringify(members['owed'])).toMatch(
      /"first":true.*"backfill":true.*"seen":\d.*"overtaken":true/,
    );
  });
});

describe('format 1 is read for ever', () => {
  /** Written down once: a later version must read these bytes, whatever it writes itself. */
  const state: PersonState = {
    standing: new Map([
      ['ups/a', { at: 1_790_000_000_123_456, member: true, ever: true }],
      ['ups/b', { at: 1_790_000_000_123_457, member: false, ever: false }],
      ['ups/c', { at: 1_790_000_000_123_458, member: false, ever: true }],
    ]),
    values: new Map([
      ['person.name', { value: { first: 'Ada', tags: [1, null, 'ü'] }, at: 1_790_000_000_001 }],
    ]),
    written: new Map([['sales/Contact/C-1', new Map([['Name', { hash: 'abc.def', at: 0 }]])]]),
    unsure: new Set(['sales/Contact/C-1']),
    accepted: new Map([['sales/Contact/C-1', 1_790_000_000_002]]),
    claim: { by: 'run-1', until: 1_790_000_090_000 },
    owed: [
      { audience: 'ups/a', change: 'entered', at: 1_790_000_000_123_456, first: true, backfill: true },
      { audience: 'ups/c', change: 'left', at: 1_790_000_000_123_458, seen: 1_790_000_000_123_459 },
      { audience: 'ups/d', change: 'stayed', at: 1_790_000_000_123_460, overtaken: true },
    ],
    aliases: new Map([['a1b2c3', 20_717]]),
    claimants: [{ to: 'crmid:C-1', key: 'C-1' }],
  };
  const payload =
    '[["ups/a","ups/b","ups/c"],[1790000000123456,1790000000123457,1790000000123458],"302",["person.name"],[1790000000001],' +
    '[{"first":"Ada","tags":[1,null,"ü"]}],[["sales/Contact/C-1",["Name"],["abc.def"],[0],1790000000002]],["sales/Contact/C-1"],["run-1",1790000090000],' +
    '[["ups/a","entered",1790000000123456,3],["ups/c","left",1790000000123458,0,1790000000123459],["ups/d","stayed",1790000000123460,4]],["a1b2c3"],[20717],[["crmid:C-1","C-1"]]]';

  test('plain', () => {
    expect(decoded(Buffer.from(`\u0001\u0000${payload}`))).toEqual(state);
  });

  test('deflated', () => {
    const packed = Buffer.concat([Buffer.of(1, 1), deflateRawSync(Buffer.from(payload))]);
    expect(decoded(packed)).toEqual(state);
  });
});

describe('what format 2 looks like for ever', () => {
  /** Written down once: a later version must read these bytes, whatever it writes itself. */
  const state: PersonState = {
    ...EMPTY_STATE,
    standing: new Map([
      ['ups/a', { at: 1_790_000_000_123_456, member: true, ever: true, other: 1_790_000_000_000_001 }],
      ['ups/b', { at: 1_790_000_000_123_457, member: false, ever: false }],
      ['ups/c', { at: 1_790_000_000_123_458, member: false, ever: true, other: 1_790_000_000_000_002 }],
    ]),
    written: new Map([['sales/Contact/C-1', new Map([['Name', { hash: 'abc.def', at: 0 }]])]]),
    accepted: new Map([['sales/Contact/C-1', 1_790_000_000_002]]),
    owed: [
      {
        ...{ audience: 'ups/b', change: 'left', at: 1_790_000_000_123_457, first: true },
        seen: 1_790_000_000_123_457,
        decided: { a1: true, b2: false },
      },
      { audience: 'ups/a', change: 'entered', at: 1_790_000_000_123_456, backfill: true },
      { audience: 'ups/a', change: 'stayed', at: 1_790_000_000_123_400, seen: 1_790_000_000_123_450 },
      {
        ...{ audience: 'ups/d', change: 'entered', at: 1_790_000_000_123_460, overtaken: true },
        decided: { a1: true, b2: false },
      },
    ],
  };
  const payload =
    '[["ups/a","ups/b","ups/c"],[1790000000123456,1790000000123457,1790000000123458],"706",[1790000000000001,1790000000000002],' +
    '[],[],[],[["sales/Contact/C-1",["Name"],["abc.def"],[0],1790000000002]],[],[],' +
    '[2,-1,0,"ups/d"],[325,8,226,304],[1790000000123400,1790000000123450,1790000000123460],[{"a1":true,"b2":false}],[0,0],[],[],[]]';

  test('plain', () => {
    expect(Buffer.from(encodeState(state)).toString()).toBe(`\u0002\u0000${payload}`);
    expect(decoded(Buffer.from(`\u0002\u0000${payload}`))).toEqual(state);
  });
});
