import * as z from 'zod';
import type { LambdaHandler } from '../local/lambda-invoker.js';
import { HOT } from './journey-events.js';
import type { World } from './journey-world.js';
import type { Peers } from './peers-load.js';
import { schemaOf } from './profile-schema.js';

/* What a good engineer writes in a day: every record checked, failures named one by one, a token that is kept. No state. */

// Compiled, as zod is fastest: https://zod.dev/compile.
const Export = z.compile(
  schemaOf(z).extend({
    person: z.object({ name: z.object({ firstName: z.string(), lastName: z.string() }) }),
    personalEmail: z.object({ address: z.string() }),
    loyalty: z.object({ tier: z.string(), points: z.number() }),
  }),
);

type Contact = Readonly<Record<string, unknown>> & { readonly AEP_Id__c: string };

function contactOf(data: string): Contact {
  const body: unknown = JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
  const { identityMap, segmentMembership, person, personalEmail, loyalty } = Export.parse(body);
  const id = identityMap['crmid']?.[0]?.id;
  if (id === undefined) throw new Error('no crmid');
  const status = segmentMembership['ups']?.[HOT]?.status;
  return {
    AEP_Id__c: id,
    FirstName: person.name.firstName,
    LastName: person.name.lastName,
    Email: personalEmail.address.toLowerCase(),
    Tier__c: loyalty.tier,
    Loyalty_Points__c: loyalty.points,
    Hot_Prospect__c: status === 'realized' || status === 'existing',
  };
}

const Token = z.object({ access_token: z.string() });
const Rows = z.array(z.object({ success: z.boolean() }));

type Upsert = (contacts: readonly Contact[]) => Promise<readonly boolean[]>;

/** Logs in once. Tells of each contact whether it was taken. */
function salesforce({ url, clientId, clientSecret }: World['crm']): Upsert {
  let token: Promise<string> | undefined;
  const login = async (): Promise<string> => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    const answer = await fetch(`${url}/services/oauth2/token`, { method: 'POST', body });
    return Token.parse(await answer.json()).access_token;
  };
  return async (contacts) => {
    token ??= login();
    const answer = await fetch(`${url}/services/data/v66.0/composite/sobjects/Contact/AEP_Id__c`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${await token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        allOrNone: false,
        records: contacts.map((contact) => ({ attributes: { type: 'Contact' }, ...contact })),
      }),
    });
    if (answer.status !== 200) throw new Error(`Salesforce answered ${answer.status}`);
    return Rows.parse(await answer.json()).map(({ success }) => success);
  };
}

interface StreamRecord {
  readonly kinesis: { readonly data: string; readonly sequenceNumber: string };
}

/** As far as the documentation of the package shows it. */
interface Powertools {
  readonly BatchProcessor: new (type: string) => unknown;
  readonly EventType: { readonly KinesisDataStreams: string };
  processPartialResponse(
    event: unknown,
    handler: (record: StreamRecord) => Promise<void>,
    processor: unknown,
    options: unknown,
  ): Promise<unknown>;
}

/** One call for each record by the Powertools batch processor; undefined where that is not installed. */
export function perRecord(world: World, peers: Peers, processInParallel: boolean): LambdaHandler | undefined {
  const library = peers.load<Powertools>('@aws-lambda-powertools/batch');
  if (library === undefined) return undefined;
  const upsert = salesforce(world.crm);
  const processor = new library.BatchProcessor(library.EventType.KinesisDataStreams);
  const handle = async ({ kinesis: { data } }: StreamRecord): Promise<void> => {
    const [taken] = await upsert([contactOf(data)]);
    if (!taken) throw new Error('Salesforce refused the row');
  };
  return (event, context) =>
    library.processPartialResponse(event, handle, processor, { context, processInParallel });
}

const Event = z.compile(
  z.object({
    Records: z.array(z.object({ kinesis: z.object({ data: z.string(), sequenceNumber: z.string() }) })),
  }),
);

const ROWS = 200;

/** The same, a batch at a time: the last row of each key, two hundred a call, as many calls at once as there are. */
export function perBatch(world: World): LambdaHandler {
  const upsert = salesforce(world.crm);
  return async (event) => {
    const failed = new Set<string>();
    const rows = new Map<string, { contact: Contact; ids: string[] }>();
    for (const { kinesis } of Event.parse(event).Records) {
      try {
        const contact = contactOf(kinesis.data);
        const ids = rows.get(contact.AEP_Id__c)?.ids ?? [];
        rows.set(contact.AEP_Id__c, { contact, ids: [...ids, kinesis.sequenceNumber] });
      } catch {
        failed.add(kinesis.sequenceNumber);
      }
    }
    const all = [...rows.values()];
    const chunks = Array.from({ length: Math.ceil(all.length / ROWS) }, (_, i) =>
      all.slice(i * ROWS, (i + 1) * ROWS),
    );
    const send = async (chunk: typeof all): Promise<void> => {
      const taken = await upsert(chunk.map(({ contact }) => contact)).catch((): boolean[] => []);
      chunk.forEach(({ ids }, i) => {
        if (!taken[i]) for (const id of ids) failed.add(id);
      });
    };
    await Promise.all(chunks.map(send));
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
