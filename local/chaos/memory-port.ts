import { Fault } from '../../shared/core/fault.js';
import type { StateStore, StateWrite, WriteAnswer } from '../../shared/core/ports.js';
import type { FaultKind } from './fault-kinds.js';
import type { Invocation } from './host.js';
import { isOut } from './remote-trouble.js';
import type { Took } from './store-port.js';
import type { World } from './world.js';

const SPLIT = 0.3;

const away = (what: string): Fault => new Fault('store.unavailable', `chaos: ${what}`);

/** Fails before anything is done. */
function check(world: World, kind: FaultKind, where: string): void {
  if (isOut(world, 'store.outage', where)) throw away('the store is down');
  if (world.faults.strike(kind, where)) throw away(kind);
}

async function writeOne(
  write: StateWrite,
  { faults, memory }: World,
  where: string,
  took: Took,
): Promise<WriteAnswer> {
  if (faults.strike('store.conflict', where)) return { ok: false, reason: 'conflict' };
  const isRefused = faults.strike('store.refused', where);
  const refused: WriteAnswer = { ok: false, reason: 'refused', fault: away('no answer for one person') };
  // No answer for a person is not the same as nothing written.
  if (isRefused && faults.strike('store.refused', where)) return refused;
  const [answer] = await memory.write([write]);
  if (answer === undefined) throw new Error('the store gave no answer');
  if (answer.ok) took(write.id);
  return isRefused ? refused : answer;
}

/** The store in memory as one invocation reaches it: over a network, and with the troubles of a durable one. */
export function memoryPort(world: World, { host, name }: Invocation, took: Took): StateStore {
  const { memory, faults, climate, waits } = world;
  const save = async (writes: readonly StateWrite[]): Promise<readonly WriteAnswer[]> => {
    check(world, 'store.write-down', name);
    const answers: WriteAnswer[] = [];
    for (const one of writes) answers.push(await writeOne(one, world, name, took));
    if (faults.strike('store.answer-lost', name)) throw away('the answer was lost');
    return answers;
  };
  return {
    kind: memory.kind,
    read: (ids) =>
      host.step('reading states', climate.storeMs, () => {
        check(world, 'store.read-down', name);
        return memory.read(ids);
      }),
    async write(writes) {
      // A store writes many persons in several requests: some may get through and others not.
      const cut = waits.chance(SPLIT) ? waits.below(writes.length) : 0;
      const parts = [writes.slice(0, cut), writes.slice(cut)].filter((part) => part.length > 0);
      const asked = parts.map((part) => host.step('writing states', climate.storeMs, () => save(part)));
      // Nothing is left under way when one of them fails.
      await Promise.allSettled(asked);
      return (await Promise.all(asked)).flat();
    },
  };
}
