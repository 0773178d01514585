import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Opened, type Place, Seen } from './journey-place.js';
import { ROOT } from './root.js';
import { forkKept } from './tidy.js';

export const STREAM = 'aep-exports';

/** What the CRM takes for an answer, and the table of states; milliseconds. */
export const LATENCY = { crm: 50, table: 5 } as const;

/** A CRM, a stream and a table for states, in processes of their own: as far away as everything is. */
export interface World {
  readonly crm: Pick<Opened, 'url' | 'clientId' | 'clientSecret'>;
  /** Where the table is. */
  readonly table: string;
  readonly kinesis: KinesisClient;
  look(): Promise<Seen>;
  close(): Promise<void>;
}

async function start(place: Place): Promise<{ child: ChildProcess; opened: Opened }> {
  const child = forkKept(join(ROOT, 'dist/bench/journey-place.js'), [], { execArgv: ['--no-warnings'] });
  const told = once(child, 'message');
  child.send(place);
  return { child, opened: Opened.parse((await told)[0]) };
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.disconnect();
  await gone;
}

/** A fresh world. */
export async function openWorld(): Promise<World> {
  const [crm, cloud] = await Promise.all([
    start({ kind: 'crm', latencyMs: LATENCY.crm }),
    start({ kind: 'cloud', streamName: STREAM, latencyMs: LATENCY.table }),
  ]);
  const kinesis = new KinesisClient({
    endpoint: cloud.opened.stream,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    // The default handler speaks HTTP/2, which the emulator does not.
    requestHandler: new NodeHttpHandler(),
  });
  return {
    crm: crm.opened,
    table: cloud.opened.url,
    kinesis,
    async look() {
      const told = once(crm.child, 'message');
      crm.child.send('look');
      return Seen.parse((await told)[0]);
    },
    async close() {
      kinesis.destroy();
      await Promise.all([stop(crm.child), stop(cloud.child)]);
    },
  };
}
