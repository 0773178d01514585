import type { DemoCrm } from '../../local/demo-crm/server.js';
import type { KeptMessage } from '../../shared/core/kept.js';
import type { Ending } from '../../shared/core/ports.js';
import type { Recorder } from './recorder.js';

/** A message as a scenario publishes it. Names are unique within the scenario. */
export interface Mail {
  readonly name: string;
  readonly body: Buffer;
  /** The shard or partition it goes to; the first unless given. */
  readonly lane?: number;
}

/** What was kept of one record: outside the stream, with the reason. */
export interface Kept {
  readonly message: string;
  readonly record: number | undefined;
  readonly code: string;
  /** The target's own words, when it refused the row. */
  readonly remote?: { readonly connection: string; readonly code: string; readonly text: string };
  /** The body is, byte for byte, the one that was published. */
  readonly intact: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** Everything in which the clouds must not differ. */
export interface Outcome {
  /** Message → its ending, with the fault's code where there is one; one ending per record. */
  readonly endings: Readonly<Record<string, string>>;
  readonly letters: readonly Kept[];
  readonly parked: readonly Kept[];
  /** `Object key` → what the CRM holds. */
  readonly rows: Readonly<Record<string, Fields>>;
  /** `Object key` → the value of its telling field in each write the CRM accepted, in order. */
  readonly writes: Readonly<Record<string, readonly unknown[]>>;
  /** Messages the stream would deliver again. */
  readonly left: number;
  /** Requests to the CRM, tokens apart. */
  readonly calls: number;
  /** Accepted rows that changed nothing: work done twice. */
  readonly repeated: number;
}

/** Objects of the CRM, and the field that tells one write from the next. */
const TELLING: Readonly<Record<string, string>> = {
  Contact: 'Loyalty_Points__c',
  Audience_Entry__c: 'Entered__c',
};

const endingText = ({ name, fault }: Ending): string => (fault ? `${name} ${fault.code}` : name);

const byMessage = (a: Kept, b: Kept): number =>
  a.message === b.message ? (a.record ?? 0) - (b.record ?? 0) : a.message < b.message ? -1 : 1;

const bytesOf = (body: unknown): Buffer => {
  if (body instanceof Uint8Array) return Buffer.from(body);
  throw new Error(`a message was handed over as ${typeof body}, not as bytes`);
};

function keptOf({ message, record, fault, remote }: KeptMessage, mail: ReadonlyMap<string, Mail>): Kept {
  const published = mail.get(message.id);
  return {
    message: published?.name ?? `unknown ${message.id}`,
    record,
    code: fault.code,
    ...(remote ? { remote: { connection: remote.connection, code: remote.code, text: remote.text } } : {}),
    intact: published?.body.equals(bytesOf(message.body)) ?? false,
  };
}

/** Kept messages under the names of the scenario, in the order of those. */
export const keptUnderNames = (kept: readonly KeptMessage[], mail: ReadonlyMap<string, Mail>): Kept[] =>
  kept.map((one) => keptOf(one, mail)).sort(byMessage);

/** What every message came to, in the end. */
export function endingsOf(mail: ReadonlyMap<string, Mail>, recorder: Recorder): Record<string, string> {
  const endings: Record<string, string> = {};
  for (const [id, { name }] of mail) {
    const settled = recorder.of(id).filter((one) => one.settled);
    const last = settled[0] ?? recorder.of(id).at(-1);
    endings[name] = last ? last.endings.map(endingText).join(', ') : 'never seen';
  }
  return endings;
}

/** The rows of the CRM and how they came about. */
export function crmOutcome(crm: DemoCrm): Pick<Outcome, 'rows' | 'writes' | 'calls' | 'repeated'> {
  const rows: Record<string, Fields> = {};
  const writes: Record<string, readonly unknown[]> = {};
  for (const [object, field] of Object.entries(TELLING)) {
    for (const [key, fields] of crm.rows(object)) {
      rows[`${object} ${key}`] = fields;
      writes[`${object} ${key}`] = crm.history(object, key).map((write) => write.fields[field]);
    }
  }
  const { calls, repeatedWrites, duplicateKeys } = crm.log();
  if (duplicateKeys > 0) throw new Error(`${duplicateKeys} rows shared a request with another of their key`);
  return { rows, writes, calls, repeated: repeatedWrites };
}
