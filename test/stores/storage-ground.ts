import { randomUUID } from 'node:crypto';
import { ContainerClient, RestError } from '@azure/storage-blob';
import { QueueClient } from '@azure/storage-queue';
import { type Azurite, startAzurite } from '../../local/emulators/azurite.js';
import { blobObjects } from '../../shared/stores/blob-objects.js';
import { objectLetters } from '../../shared/stores/object-letters.js';
import { queueParking } from '../../shared/stores/queue-parking.js';
import { storageQueue } from '../../shared/stores/storage-queue.js';
import type { KeptGround, KeptSetup, KeptStage } from '../contracts/kept-subject.js';
import { fakeClock } from '../support/fakes.js';

const busy = (statusCode: number, code: string) => new RestError('busy', { statusCode, code });
const hungUp = () => new RestError('socket hang up', { code: 'ECONNRESET' });
const ONE_TRY = { retryOptions: { maxTries: 1 } };

type Between = <T>(next: () => Promise<T>) => Promise<T>;

/** Comes between a client and the service. The two clients of one setup count their requests together. */
function interfering({ interfere }: KeptSetup): Between {
  let index = 0;
  return async (next) => {
    const what = interfere?.(index++) ?? 'none';
    if (what === 'throttled') throw busy(429, 'TooManyRequests');
    if (what === 'unavailable') throw busy(503, 'ServerBusy');
    if (what !== 'lost') return next();
    // Also an answer that says no is an answer, and may get lost.
    await next().catch(() => undefined);
    throw hungUp();
  };
}

/** Calls of the SDK that make no request, but give something which does. */
const STEPS: ReadonlySet<unknown> = new Set(['getBlockBlobClient', 'listBlobsFlat', 'byPage']);

/** A client whose requests go through `between`. */
function through<T extends object>(client: T, between: Between): T {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) =>
        STEPS.has(name)
          ? through(Reflect.apply(member, target, args), between)
          : between(async () => Reflect.apply(member, target, args));
    },
  });
}

/** Takes everything the queue hands out, as the host does: without its base64. */
export async function takeAll(client: QueueClient): Promise<Uint8Array[]> {
  const bodies: Uint8Array[] = [];
  for (;;) {
    const { receivedMessageItems } = await client.receiveMessages({ numberOfMessages: 32 });
    if (receivedMessageItems.length === 0) return bodies;
    for (const { messageId, popReceipt, messageText } of receivedMessageItems) {
      bodies.push(Buffer.from(messageText, 'base64'));
      await client.deleteMessage(messageId, popReceipt);
    }
  }
}

/** Messages can be had at once; the delays they were sent with are noted. */
function withoutDelays(client: QueueClient, delays: number[]): QueueClient {
  const send = client.sendMessage.bind(client);
  client.sendMessage = (text, options) => {
    delays.push(options?.visibilityTimeout ?? 0);
    return send(text, { ...options, visibilityTimeout: 0 });
  };
  return client;
}

const at = (connection: string, endpoint: string | undefined): string =>
  endpoint === undefined
    ? connection
    : connection.replaceAll(/(Blob|Queue)Endpoint=[^;]*/g, `$1Endpoint=${endpoint}/devstoreaccount1`);

async function stageOn({ connectionString }: Azurite, name: string): Promise<KeptStage> {
  const queue = new QueueClient(connectionString, name);
  const container = new ContainerClient(connectionString, name);
  await Promise.all([queue.create(), container.create()]);
  const delays: number[] = [];
  const prefix = 'of/mine/';
  return {
    open(setup) {
      const { clock, random = () => 0.5, endpoint, missing, delays: kind } = setup;
      const between = interfering(setup);
      const account = at(connectionString, endpoint);
      const where = missing ? 'nowhere' : name;
      const bare = new QueueClient(account, where, ONE_TRY);
      const queueClient = through(kind === 'real' ? bare : withoutDelays(bare, delays), between);
      const containerClient = through(new ContainerClient(account, where, ONE_TRY), between);
      const deps = { clock, random };
      const objects = blobObjects({ ...deps, client: containerClient, prefix });
      const parked = storageQueue({ ...deps, client: queueClient });
      const parking = queueParking({ ...deps, queue: parked, claims: objects, newToken: randomUUID });
      return { parking, letters: objectLetters(objects) };
    },
    arrive: () => takeAll(queue),
    async smuggle(body) {
      await queue.sendMessage(Buffer.from(body).toString('base64'));
    },
    delays: () => delays,
    objects: (pageSize) =>
      blobObjects({
        clock: fakeClock(),
        random: () => 0.5,
        client: container,
        prefix,
        ...(pageSize !== undefined && { pageSize }),
      }),
  };
}

/** A queue and a container of their own for each test, on one Azurite. */
export async function storageGround(): Promise<KeptGround> {
  const azurite = await startAzurite();
  let count = 0;
  return { stage: () => stageOn(azurite, `stage-${++count}`), close: () => azurite.close() };
}
