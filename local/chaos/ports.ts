import { Fault } from '../../shared/core/fault.js';
import type {
  Connector,
  DeadLetters,
  KeptMessage,
  Parking,
  StateStore,
  StateWrite,
  WriteAnswer,
} from '../../shared/core/ports.js';
import type { Span } from './chance.js';
import { isOut } from './exchange.js';
import type { FaultKind } from './fault-kinds.js';
import type { Invocation } from './host.js';
import type { World } from './world.js';

const KEEP_MS: Span = [2, 60];
const SPLIT = 0.3;
/** What the demo's rules write. */
const OBJECTS = ['Contact', 'Audience_Entry__c'];

/** `entry:key` → key. */
const keyOf = (id: string): string => id.slice(id.indexOf(':') + 1);

const away = (what: string): Fault => new Fault('store.unavailable', `chaos: ${what}`);

/** Fails before anything is done. */
function check(world: World, kind: FaultKind, where: string): void {
  if (isOut(world, 'store.outage', where)) throw away('the store is down');
  if (world.faults.strike(kind, where)) throw away(kind);
}

/** What a store says of one write, and what it did. */
interface Written {
  readonly answer: WriteAnswer;
  readonly isDone: boolean;
}

async function writeOne(write: StateWrite, { faults, store }: World, where: string): Promise<Written> {
  if (faults.strike('store.conflict', where))
    return { answer: { ok: false, reason: 'conflict' }, isDone: false };
  const isRefused = faults.strike('store.refused', where);
  const refused: WriteAnswer = { ok: false, reason: 'refused', fault: away('no answer for one person') };
  // No answer for a person is not the same as nothing written.
  if (isRefused && faults.strike('store.refused', where)) return { answer: refused, isDone: false };
  const [answer] = await store.write([write]);
  if (answer === undefined) throw new Error('the store gave no answer');
  return { answer: isRefused ? refused : answer, isDone: answer.ok };
}

function told({ id, expected, state: { claim, unsure } }: StateWrite, answer: WriteAnswer): string {
  const what = claim ? `claim by ${claim.by}, unsure of ${[...unsure].join(' ')}` : 'state';
  return `${id} ${what} on version ${expected ?? 'none'}: ${answer.ok ? `now ${answer.version}` : answer.reason}`;
}

/** The state store as one invocation reaches it. */
export function storePort(world: World, invocation: Invocation): StateStore {
  const { store, faults, repeats, story, climate, waits } = world;
  const { host, name } = invocation;
  const note = ({ id, state }: StateWrite, isWritten: boolean): void => {
    if (state.claim && isWritten) repeats.leased(invocation, keyOf(id), OBJECTS);
    else repeats.recorded(invocation, keyOf(id), isWritten);
  };
  const save = async (writes: readonly StateWrite[]): Promise<readonly WriteAnswer[]> => {
    try {
      check(world, 'store.write-down', name);
    } catch (error) {
      for (const one of writes) note(one, false);
      throw error;
    }
    const answers: WriteAnswer[] = [];
    for (const one of writes) {
      const { answer, isDone } = await writeOne(one, world, name);
      story.tell(() => `${name} writes ${told(one, answer)}`);
      note(one, isDone);
      answers.push(answer);
    }
    if (faults.strike('store.answer-lost', name)) throw away('the answer was lost');
    return answers;
  };
  return {
    kind: store.kind,
    read: (ids) =>
      host.step('reading states', climate.storeMs, () => {
        check(world, 'store.read-down', name);
        return store.read(ids);
      }),
    async write(writes) {
      // A store writes many persons in several requests: some may get through and others not.
      const cut = waits.chance(SPLIT) ? waits.below(writes.length) : 0;
      const parts = [writes.slice(0, cut), writes.slice(cut)].filter((part) => part.length > 0);
      const answers = await Promise.all(
        parts.map((part) => host.step('writing states', climate.storeMs, () => save(part))),
      );
      return answers.flat();
    },
  };
}

/** The retry queue as one invocation reaches it. */
export function parkingPort(world: World, { host, name }: Invocation): Parking {
  const { faults, queue, books, story } = world;
  return {
    park: (items) =>
      host.step('parking', KEEP_MS, () => {
        if (isOut(world, 'queue.outage', name) || faults.strike('queue.down', name))
          throw away('the queue is down');
        story.tell(() => `${name} parks ${items.map(named).join(', ')}`);
        queue.add(items);
        for (const item of items) books.parked(item);
        if (faults.strike('queue.answer-lost', name)) throw away('the answer of the queue was lost');
      }),
  };
}

const named = ({ message, record, fault }: KeptMessage): string =>
  `${message.source} ${message.id}#${record ?? 'all'} (${fault.code})`;

/** The dead letters as one invocation reaches them. */
export function lettersPort(world: World, { host, name }: Invocation): DeadLetters {
  const { faults, letters, story } = world;
  return {
    bury: (items) =>
      host.step('burying', KEEP_MS, async () => {
        if (faults.strike('letters.down', name)) throw away('the dead letters are down');
        story.tell(() => `${name} buries ${items.map(named).join(', ')}`);
        await letters.bury(items);
        if (faults.strike('letters.answer-lost', name)) throw away('the answer of the dead letters was lost');
      }),
  };
}

/** The CRM as one invocation reaches it: the process's own connection, with what is sent written down. */
export function connectorPort({ repeats }: World, invocation: Invocation): Connector {
  const { connector } = invocation.host;
  return {
    ...connector,
    async send(actions, signal) {
      const answered = repeats.begin(invocation, actions);
      const outcomes = await connector.send(actions, signal);
      answered(outcomes);
      return outcomes;
    },
  };
}
