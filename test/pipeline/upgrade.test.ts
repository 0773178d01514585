import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CompiledRules } from '../../shared/core/compiled.js';
import { bad, ok } from '../../shared/core/fault.js';
import type { Message, StateStore, Versioned } from '../../shared/core/ports.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { memoryStore } from '../../shared/stores/memory.js';
import { decodeState, encodeState } from '../../shared/stores/state-codec.js';
import { fakeCrm, fakeDeps, message, rulesOf } from '../support/fakes.js';
import { batches, historyAndShuffle, levelFile } from '../support/histories.js';

const contact = (set: object): object => ({
  upsert: 'sales/Contact',
  match: { AEP_Id__c: '$key' },
  set,
});

const task = {
  name: 'task',
  when: { entered: 'hot' },
  do: [{ send: 'sales/Task', set: { Who: '$key' } }],
};

const fileWith = (...more: readonly object[]): CompiledRules =>
  rulesOf({ ...levelFile, rules: [...levelFile.rules, task, ...more] });

/** A table as it is between two deployments: nothing but bytes. */
function bytesStore(): StateStore & { readonly bytes: Map<string, Uint8Array> } {
  const store = memoryStore();
  const bytes = new Map<string, Uint8Array>();
  return {
    kind: 'bytes',
    bytes,
    async read(ids) {
      const found = await store.read(ids);
      return new Map(
        [...found].map(([id, one]) => {
          if (!one.ok) return [id, one];
          const state = decodeState(bytes.get(id) ?? Buffer.of());
          return [
            id,
            state.ok
              ? ok<Versioned>({ ...one.value, state: state.value })
              : bad(state.fault.code, state.fault.message),
          ];
        }),
      );
    },
    async write(writes) {
      const answers = await store.write(writes);
      for (const [i, { id, state }] of writes.entries())
        if (answers[i]?.ok) bytes.set(id, encodeState(state));
      return answers;
    },
  };
}

/** One deployment on what others have left. Gives the calls it made. */
async function deployed(rules: CompiledRules, store: StateStore, stream: readonly Message[][]) {
  const crm = fakeCrm();
  const deps = { ...fakeDeps(rules, crm), store };
  const pipeline = createPipeline(deps);
  const endings: string[] = [];
  for (const batch of stream)
    for (const settlement of await pipeline.run(batch, { redelivers: true }))
      endings.push(...settlement.endings.map(({ name }) => name));
  return { actions: crm.calls.flat(), endings };
}

test('deployed again with the same rules, nothing is called for records that come again', async () => {
  await fc.assert(
    fc.asyncProperty(historyAndShuffle, async ({ shuffled, cuts }) => {
      const store = bytesStore();
      const stream = batches(shuffled, cuts);
      await deployed(fileWith(), store, stream);
      expect((await deployed(fileWith(), store, stream)).actions).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('deployed with other rules, only what these write otherwise is called, and no edge of before', async () => {
  const seen = fileWith({ name: 'seen', when: { member: 'vip' }, do: [contact({ Seen: true })] });
  await fc.assert(
    fc.asyncProperty(historyAndShuffle, async ({ shuffled, cuts }) => {
      const store = bytesStore();
      const stream = batches(shuffled, cuts);
      await deployed(fileWith(), store, stream);
      const { actions } = await deployed(seen, store, stream);
      for (const { operation, fields } of actions) {
        expect(operation).toBe('upsert');
        expect(fields).toMatchObject({ Seen: true });
      }
      expect(new Set(actions.map(({ key }) => JSON.stringify(key))).size).toBe(actions.length);
      expect((await deployed(seen, store, stream)).actions).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

const event = (id: string, status = 'realized', second = 10): Message =>
  message(`${id}-${second}`, {
    identityMap: { CRMID: [{ id }] },
    segmentMembership: {
      ups: { 'hot-1': { status, lastQualificationTime: `2026-11-01T10:00:${second}Z` } },
    },
  });

describe('a state of a newer format', () => {
  test('parks its person, lets the others pass, and stays as it is; the newer version goes on from it', async () => {
    const store = bytesStore();
    await deployed(fileWith(), store, [[event('C-1'), event('C-2')]]);
    const written = store.bytes.get('crmid:C-1') ?? Buffer.of();
    const newer = Buffer.concat([Buffer.of(9), written.subarray(1)]);
    store.bytes.set('crmid:C-1', newer);
    const back = await deployed(fileWith(), store, [
      [event('C-1', 'exited', 20), event('C-2', 'exited', 20)],
    ]);
    expect(back.endings).toEqual(['parked', 'delivered']);
    expect(store.bytes.get('crmid:C-1')).toEqual(newer);
    store.bytes.set('crmid:C-1', written);
    const again = await deployed(fileWith(), store, [[event('C-1', 'exited', 20)]]);
    expect(again.endings).toEqual(['delivered']);
    expect(again.actions).toMatchObject([{ fields: { Hot: false } }]);
  });
});
