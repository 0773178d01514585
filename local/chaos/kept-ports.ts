import { Fault } from '../../shared/core/fault.js';
import type { DeadLetters, KeptMessage, RetryQueue } from '../../shared/core/kept.js';
import type { MessageQueue, Outgoing } from '../../shared/stores/message-queue.js';
import { objectLetters } from '../../shared/stores/object-letters.js';
import type { ObjectStore } from '../../shared/stores/objects.js';
import { queueParking } from '../../shared/stores/queue-parking.js';
import type { Span } from './chance.js';
import type { Cloud, Host } from './host.js';
import type { ModelQueue } from './model-queue.js';
import { isOut } from './remote-trouble.js';
import type { World } from './world.js';

const KEEP_MS: Span = [2, 60];
const MESSAGES_PER_CALL = 10;
/** As SQS and Storage Queue have it. */
const MAX_DELAY_MS: Readonly<Record<Cloud, number>> = { aws: 900_000, azure: 7 * 86_400_000 };

const away = (what: string): Fault => new Fault('park.unavailable', `chaos: ${what}`);

/** The retry queue as a process reaches it. */
function queuePort(world: World, host: Host, model: ModelQueue): MessageQueue {
  const { faults, climate } = world;
  const { name } = host;
  const put = (batch: readonly Outgoing[]): Promise<void> =>
    host.step('parking', KEEP_MS, () => {
      if (isOut(world, 'queue.outage', name) || faults.strike('queue.down', name))
        throw away('the queue is down');
      for (const { text, delayMs } of batch) model.put(text, delayMs);
      if (faults.strike('queue.answer-lost', name)) throw away('the answer of the queue was lost');
    });
  return {
    place: `model:${host.cloud}`,
    maxText: climate.queueText,
    maxDelayMs: MAX_DELAY_MS[host.cloud],
    async send(messages) {
      for (let from = 0; from < messages.length; from += MESSAGES_PER_CALL)
        await put(messages.slice(from, from + MESSAGES_PER_CALL));
    },
    receive: async () => [],
    remove: async ({ id }) => void model.remove(id),
    release: async ({ id }) => model.show(id, 0),
    count: async () => model.size(),
  };
}

/** Objects under names, as a process reaches them. */
function objectsPort(world: World, host: Host): ObjectStore {
  const { faults } = world;
  const { name } = host;
  const objects = world.clouds[host.cloud].objects;
  return {
    place: `model:${host.cloud}`,
    put: (path, bytes) =>
      host.step('keeping an object', KEEP_MS, () => {
        if (faults.strike('letters.down', name)) throw away('the objects are down');
        objects.set(path, bytes);
        if (faults.strike('letters.answer-lost', name)) throw away('the answer of the objects was lost');
      }),
    get: (path) =>
      host.step('reading an object', KEEP_MS, () => {
        if (faults.strike('letters.down', name)) throw away('the objects are down');
        return objects.get(path);
      }),
    remove: (path) =>
      host.step('removing an object', KEEP_MS, () => {
        if (faults.strike('letters.down', name)) throw away('the objects are down');
        objects.delete(path);
      }),
    async *list(prefix) {
      for (const path of objects.keys()) if (path.startsWith(prefix)) yield { name: path, at: 0 };
    },
  };
}

const named = ({ message, record, fault }: KeptMessage): string =>
  `${message.source} ${message.id}#${record ?? 'all'} (${fault.code})`;

/** The retry queue and the dead letters as a process reaches them. */
export function keptPorts(world: World, host: Host): { parking: RetryQueue; deadLetters: DeadLetters } {
  const { story, waits, next } = world;
  const { name } = host;
  const objects = objectsPort(world, host);
  const queue = queuePort(world, host, world.clouds[host.cloud].queue);
  const parking = queueParking({
    queue,
    claims: objects,
    clock: host.clock,
    random: () => waits.next(),
    newToken: () => `t-${next()}`,
  });
  const letters = objectLetters(objects);
  return {
    parking: {
      ...parking,
      park(items) {
        story.tell(() => `${name} parks ${items.map(named).join(', ')}`);
        return parking.park(items);
      },
    },
    deadLetters: {
      bury(items) {
        story.tell(() => `${name} buries ${items.map(named).join(', ')}`);
        return letters.bury(items);
      },
    },
  };
}
