import http, { type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateStreamCommand, DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import kinesalite from 'kinesalite';
import { HOST, listen } from '../listen.js';

/** What the emulated stream is called and how big it is. */
export interface KinesisOptions {
  readonly streamName: string;
  /** kinesalite has no ON_DEMAND: such a stream is made with this many provisioned shards. */
  readonly shards: number;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly region?: string;
}

/** A Kinesis with one active stream in this process. */
export interface KinesisEmulator {
  readonly endpoint: string;
  readonly streamName: string;
  /** A client of its own for the caller; `close` ends it. */
  client(): KinesisClient;
  /** Lets the requests under way finish, then stops. Stop what polls the stream first. */
  close(): Promise<void>;
}

/** How long requests under way may still take when the emulator closes. */
const GRACE_MS = 1_000;

/** kinesalite takes the region of its ARNs from the environment, at creation and nowhere else. */
function createServer(region: string): Server {
  const before = process.env['AWS_REGION'];
  process.env['AWS_REGION'] = region;
  try {
    return kinesalite({ createStreamMs: 5, deleteStreamMs: 5, updateStreamMs: 5, shardLimit: 100 });
  } finally {
    if (before === undefined) delete process.env['AWS_REGION'];
    else process.env['AWS_REGION'] = before;
  }
}

/**
 * Ends the HTTP server only: kinesalite's own `close` also pulls the store from under requests under way, and the
 * errors of those end the process. The store lives in memory and goes with its server.
 */
async function shut(server: Server): Promise<void> {
  const grace = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await new Promise<void>((resolve) => http.Server.prototype.close.call(server, () => resolve()));
  clearTimeout(grace);
}

async function createStream(client: KinesisClient, streamName: string, shards: number): Promise<void> {
  await client.send(new CreateStreamCommand({ StreamName: streamName, ShardCount: shards }));
  const summary = new DescribeStreamSummaryCommand({ StreamName: streamName });
  while ((await client.send(summary)).StreamDescriptionSummary?.StreamStatus !== 'ACTIVE') await sleep(5);
}

/** Starts kinesalite in this process and makes the stream. A port that is taken is a `config.port-in-use` fault. */
export async function startKinesis(options: KinesisOptions): Promise<KinesisEmulator> {
  const { streamName, shards, port = 0, region = 'eu-central-1' } = options;
  const server = createServer(region);
  const endpoint = `http://${HOST}:${await listen(server, port, 'Kinesis')}`;
  const clients: KinesisClient[] = [];
  const client = (): KinesisClient => {
    const made = new KinesisClient({
      endpoint,
      region,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      // The default handler speaks HTTP/2, which kinesalite does not.
      requestHandler: new NodeHttpHandler(),
    });
    clients.push(made);
    return made;
  };
  const close = async (): Promise<void> => {
    for (const one of clients) one.destroy();
    await shut(server);
  };
  try {
    await createStream(client(), streamName, shards);
  } catch (error) {
    await close();
    throw error;
  }
  return { endpoint, streamName, client, close };
}
