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

const format1 = (payload: unknown): Uint8Array =>
  Buffer.concat([Buffer.of(1, 0), Buffer.from(JSON.stringify(payload))]);

/** The empty state's columns, with some replaced. */
const columns = (changed: Readonly<Record<number, unknown>>): unknown[] =>
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
    ['2,000 audiences, 10 connections, long key', { ...LIFE, audiences: 2_000, keyLength: 2_000 }, 72_000],
  ])('%s', (_, life, most) => {
    const state = personWith(life);
    const bytes = encodeState(state);
    expect(bytes.length).toBeLessThan(most);
    expect(bytes.length).toBeGreaterThan(most / 2);
    expect(decoded(bytes)).toEqual(state);
  });
});

describe('bytes that cannot be read', () => {
  test('a newer format is refused, and the fault says what to do', () => {
    const fault = faultOf(Buffer.concat([Buffer.of(2), encodeState(EMPTY_STATE).subarray(1)]));
    expect(fault).toMatchObject({ code: 'store.format', retryable: false });
    expect(fault?.message).toContain('is in format 2 and this version of tributary reads up to 1');
    expect(fault?.message).toContain('deploy that version again');
  });

  const secret = 'ada.lovelace@example.com';
  test.each<[string, Uint8Array]>([
    ['nothing', Buffer.of()],
    ['a format byte alone', Buffer.of(1)],
    ['format 0', Buffer.of(0, 0)],
    ['an unknown packing', Buffer.of(1, 9, 1, 2, 3)],
    ['no JSON', Buffer.concat([Buffer.of(1, 0), Buffer.from(`{"${secret}`)])],
    ['not deflated', Buffer.concat([Buffer.of(1, 1), Buffer.from(secret)])],
    ['cut off', encodeState(personWith({ ...LIFE, audiences: 250 })).subarray(0, 2_000)],
    ['another shape', format1({ [secret]: 1 })],
    ['too few columns', format1([[], []])],
    ['too many columns', format1([...columns({}), secret])],
    ['a key without its time', format1(columns({ 0: [secret], 2: '1' }))],
    ['a key without its flags', format1(columns({ 0: [secret], 1: [1] }))],
    ['a flag out of range', format1(columns({ 0: [secret], 1: [1], 2: '4' }))],
    ['a path without its value', format1(columns({ 3: [secret], 4: [1] }))],
    ['a field without its hash', format1(columns({ 6: [[secret, ['Name'], [], [1], 0]] }))],
    ['a row without its acceptance', format1(columns({ 6: [[secret, ['Name'], ['a'], [1]]] }))],
    ['a time that is none', format1(columns({ 0: [secret], 1: ['1'], 2: '1' }))],
    ['an edge nobody knows', format1(columns({ 9: [[secret, 'vanished', 1, 0]] }))],
    ['an edge with a flag out of range', format1(columns({ 9: [[secret, 'left', 1, 8]] }))],
    ['an alias without its day', format1(columns({ 10: [secret] }))],
    ['a claimant without a key', format1(columns({ 12: [[secret]] }))],
    ['half a claim', format1(columns({ 8: [secret] }))],
    ['a bomb', Buffer.concat([Buffer.of(1, 1), deflateRawSync(Buffer.alloc(65 * 1024 * 1024, '['))])],
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

describe('what format 1 looks like for ever', () => {
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
    expect(Buffer.from(encodeState(state)).toString()).toBe(`\u0001\u0000${payload}`);
    expect(decoded(Buffer.from(`\u0001\u0000${payload}`))).toEqual(state);
  });

  test('deflated', () => {
    const packed = Buffer.concat([Buffer.of(1, 1), deflateRawSync(Buffer.from(payload))]);
    expect(decoded(packed)).toEqual(state);
  });

  const golden: { readonly bytes: string; readonly members: Record<string, unknown> } = JSON.parse(
    readFileSync(join(import.meta.dirname, 'state-format-1.json'), 'utf8'),
  );

  /** Maps and sets as the golden file writes them. */
  const written = (value: unknown): unknown => {
    if (value instanceof Map) return { map: [...value].map(([key, one]) => [key, written(one)]) };
    return value instanceof Set ? { set: [...value] } : value;
  };

  test('bytes of a life in full, as this version packed them, whatever zlib there is', () => {
    const state: Record<string, unknown> = { ...decoded(Buffer.from(golden.bytes, 'base64')) };
    expect(Object.fromEntries(Object.entries(state).map(([name, one]) => [name, written(one)]))).toEqual(
      golden.members,
    );
  });

  test('no member of a state is missing from it', () => {
    expect(Object.keys(golden.members).sort()).toEqual(Object.keys(EMPTY_STATE).sort());
    for (const [name, value] of Object.entries(decoded(Buffer.from(golden.bytes, 'base64'))))
      expect(value, name).not.toEqual(EMPTY_STATE[name as keyof PersonState]); // its own keys
    expect(JSON.stringify(golden.members['owed'])).toMatch(
      /"first":true.*"backfill":true.*"seen":\d.*"overtaken":true/,
    );
  });
});
