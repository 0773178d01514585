import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { type DemoCrm, startDemoCrm } from '../local/demo-crm/server.js';
import { startKinesis } from '../local/emulators/kinesis.js';
import { type StandIn, startStandIn } from './journey-table.js';
import { endWithParent } from './tidy.js';

/** What a process is told to be; latencies in milliseconds. */
export const Place = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('crm'), latencyMs: z.number() }),
  z.object({ kind: z.literal('cloud'), streamName: z.string(), latencyMs: z.number() }),
]);
export type Place = z.infer<typeof Place>;

/** Where it is. */
export const Opened = z.object({
  url: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  stream: z.string(),
});
export type Opened = z.infer<typeof Opened>;

/** What the CRM tells when it is asked. */
export const Seen = z.object({
  calls: z.number(),
  written: z.number(),
  most: z.number(),
  /** Key, row, and when the row was last written, epoch milliseconds. */
  rows: z.array(z.tuple([z.string(), z.record(z.string(), z.unknown()), z.number()])),
});
export type Seen = z.infer<typeof Seen>;

/** Far more than a run asks for: what the limit of a day means is computed from the calls. */
const DAILY_LIMIT = 1_000_000_000;

function look(crm: DemoCrm): Seen {
  const { calls, rows, concurrentPeak } = crm.log();
  const contacts = [...crm.rows('Contact')].map(([key, row]): Seen['rows'][number] => [
    key,
    { ...row },
    crm.history('Contact', key).at(-1)?.at ?? 0,
  ]);
  return { calls, written: rows, most: concurrentPeak, rows: contacts };
}

async function openCrm(latencyMs: number): Promise<Opened> {
  const crm = await startDemoCrm({ latencyMs, dailyLimit: DAILY_LIMIT });
  process.on('message', () => process.send?.(look(crm)));
  const { url, clientId, clientSecret } = crm;
  return { url, clientId, clientSecret, stream: '' };
}

async function openCloud(streamName: string, latencyMs: number): Promise<Opened> {
  const kinesis = await startKinesis({ streamName, shards: 1 });
  const table: StandIn = await startStandIn(latencyMs);
  return { url: table.endpoint, clientId: '', clientSecret: '', stream: kinesis.endpoint };
}

const open = (place: Place): Promise<Opened> =>
  place.kind === 'crm' ? openCrm(place.latencyMs) : openCloud(place.streamName, place.latencyMs);

// Who started it wants its schemas, too. It ends with whoever started it.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  endWithParent();
  process.once('message', (told) => void open(Place.parse(told)).then((opened) => process.send?.(opened)));
}
