import { Fault } from '../core/fault.js';
import type { StateWrite, WriteAnswer } from '../core/ports.js';
import { inParallel } from './parallel.js';

async function answer(
  write: StateWrite,
  one: (write: StateWrite) => Promise<WriteAnswer>,
): Promise<WriteAnswer> {
  try {
    return await one(write);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return { ok: false, reason: 'refused', fault };
  }
}

/** The writes of each person with their places, in order. */
function byPerson(writes: readonly StateWrite[]): [number, StateWrite][][] {
  const groups = new Map<string, [number, StateWrite][]>();
  for (const place of writes.entries()) {
    const group = groups.get(place[1].id);
    if (group) group.push(place);
    else groups.set(place[1].id, [place]);
  }
  return [...groups.values()];
}

const isDown = (given: WriteAnswer): given is WriteAnswer & { fault: Fault } =>
  !given.ok && given.reason === 'refused' && given.fault.code === 'store.unavailable';

/**
 * Carries out conditional writes, at most `width` at once, where a service has no call that takes many of them. Gives an
 * answer each, in order; writes of the same person happen one after another. Throws when the service answered none.
 */
export async function answerEach(
  writes: readonly StateWrite[],
  width: number,
  one: (write: StateWrite) => Promise<WriteAnswer>,
): Promise<WriteAnswer[]> {
  const answers: WriteAnswer[] = [];
  await inParallel(byPerson(writes), width, async (group) => {
    for (const [index, write] of group) answers[index] = await answer(write, one);
  });
  const [first] = answers;
  if (first && isDown(first) && answers.every(isDown)) throw first.fault;
  return answers;
}
