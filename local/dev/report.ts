import { type ActionEnding, type Delivery, ENDINGS, type EndingName } from '../../shared/core/ports.js';
import type { Difference } from '../demo/oracle.js';
import { placesText } from './places-text.js';
import { plain } from './plain.js';
import type { Stack } from './stack.js';
import type { Tracker } from './tracker.js';

/** What the oracle counted in the streams, and where the CRM differs from it. */
export interface Verdict {
  readonly counts: {
    readonly messages: number;
    readonly records: number;
    readonly malformed: number;
    readonly unaddressed: number;
    readonly personsRefused: number;
  };
  /** Undefined when the oracle was not asked: it knows the demo's rules only. */
  readonly differences: readonly Difference[] | undefined;
}

/** The ledger of a run, as `--json` prints it. */
export interface Summary {
  readonly published: number;
  readonly settled: number;
  /** False when the run was stopped or took too long. */
  readonly complete: boolean;
  /** Records found in the streams (by the oracle where it was asked) and records that ended. */
  readonly records: { readonly in: number; readonly ended: number };
  readonly endings: Readonly<Record<EndingName, number>>;
  readonly crm: {
    readonly calls: number;
    readonly rows: number;
    readonly accepted: number;
    readonly actions: Readonly<Record<ActionEnding, number>>;
  };
  readonly deadLetters: number;
  /** Why records did not come through, by fault code. */
  readonly faults: Readonly<Record<string, { readonly count: number; readonly message: string }>>;
  /** What the streams hold, read back and counted independently. */
  readonly counted: Verdict['counts'];
  readonly oracle: (Verdict['counts'] & { readonly differences: readonly Difference[] }) | undefined;
  readonly seconds: { readonly start: number; readonly run: number };
}

const MEANINGS: Readonly<Record<EndingName, string>> = {
  delivered: 'the CRM accepted the change',
  unchanged: 'the CRM holds it already',
  irrelevant: 'no rule wants it',
  stale: 'older than what is known',
  withheld: 'consent says no',
  unaddressed: 'no usable key; kept',
  rejected: 'the CRM refused the row; dead letter',
  malformed: 'cannot be read; dead letter',
  parked: 'waits in the retry queue',
  held: 'given back to the stream',
};

const line = (name: string, value: number | string, meaning = ''): string =>
  `  ${name.padEnd(14)}${String(value).padStart(8)}   ${meaning}\n`;

const WHY_SHOWN = 5;

function why(deliveries: readonly Delivery[]): string {
  const latest = new Map<string, Delivery>();
  for (const one of deliveries) {
    if (one.outcome.kind === 'accepted') latest.set(Object.values(one.action.key).join(), one);
  }
  return [...latest.values()]
    .slice(-WHY_SHOWN)
    .map(({ action, causes, messages }) => {
      const fields = Object.entries(action.fields).map(
        ([name, value]) => `${name}=${plain(JSON.stringify(value))}`,
      );
      const key = plain(Object.values(action.key).join());
      const from = messages.at(-1) ?? 'an earlier record';
      return `  ${action.object} ${key}\n    ${fields.join(' ')}\n    because ${causes.join(', ')}; record ${from}\n`;
    })
    .join('');
}

const reasons = ({ faults }: Summary): string =>
  Object.entries(faults)
    .map(([code, { count, message }]) => `  ${code} × ${count}: ${plain(message, 160)}\n`)
    .join('');

function judged({ oracle }: Summary): string {
  if (!oracle) return 'The oracle knows only the demo configuration, so it was not asked.\n';
  if (oracle.differences.length === 0) {
    return `The CRM equals the oracle, computed from the ${oracle.messages} messages in both streams and the file.\n`;
  }
  const shown = oracle.differences.slice(0, 10);
  const list = shown.map(
    ({ object, key, field, expected, actual }) =>
      `  ${object} ${plain(key)} ${field}: expected ${plain(expected)}, found ${plain(actual)}\n`,
  );
  return `The CRM differs from the oracle in ${oracle.differences.length} places:\n${list.join('')}`;
}

/** What rules that are shadows would have done. */
function shadowed(shadows: ReadonlyMap<string, number>): string {
  if (shadows.size === 0) return '';
  const lines = [...shadows].map(([cause, count]) => `  ${count} × ${plain(cause, 160)}\n`);
  return `\nWhat shadow rules would have done, and did not:\n${lines.join('')}`;
}

/** The table at the end of a run. */
export function table(
  summary: Summary,
  good: boolean,
  { deliveries, shadows }: Pick<Tracker, 'deliveries' | 'shadows'>,
): string {
  const { records, endings, crm, seconds } = summary;
  return [
    '\n',
    line(
      'messages',
      summary.published,
      `by Kinesis, by Event Hubs, and rows of a batch file; ${summary.settled} settled`,
    ),
    line('records in', records.in),
    ...ENDINGS.map((name) => line(`  ${name}`, endings[name], MEANINGS[name])),
    line(
      '  sum',
      records.ended,
      records.in === records.ended ? 'equals the records in' : 'DIFFERS from the records in',
    ),
    line('CRM calls', crm.calls, 'chunks of rows sent; requests for tokens apart'),
    line('CRM rows', crm.rows, `${crm.accepted} accepted; a row may serve several records`),
    line(
      'actions',
      crm.actions.delivered,
      `accepted for a person; ${crm.actions.unchanged} were made already`,
    ),
    line('dead letters', summary.deadLetters),
    line('seconds', seconds.run, `and ${seconds.start} to start`),
    '\nWhy records did not come through (docs/faults.md says what to do):\n',
    reasons(summary),
    '\nSome contacts, and why they changed:\n',
    why(deliveries()),
    shadowed(shadows()),
    `\n${judged(summary)}`,
    good ? 'Everything is accounted for.\n' : 'Something is NOT accounted for: see above.\n',
  ].join('');
}

/** A person who enters an audience of the demo: a command to be pasted. */
const curl = (door: string): string => `
curl ${door}/v1/exports -H 'content-type: application/json' -d '
  { "identityMap": { "crmid": [ { "id": "CRM-0815" } ] },
    "person": { "name": { "firstName": "Grace", "lastName": "Example" } },
    "segmentMembership": { "ups": { "59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae":
      { "status": "realized", "lastQualificationTime": "2026-01-02T03:04:05Z" } } } }'
`;

const asks = (auth: string): string =>
  auth === 'none'
    ? 'it asks nobody who they are (TRIBUTARY_DOOR_AUTH, docs/http-door.md)'
    : `it asks for ${auth}`;

/** How to go on, once the run is over and the stack stays up. */
export function ready(stack: Stack, page: string | undefined): string {
  return [
    page === undefined ? '' : `\nThe console shows all of it: ${page}\n`,
    '\nStill running; send events of your own:\n',
    `  Kinesis     endpoint ${stack.kinesis.endpoint}  stream ${stack.kinesis.streamName}  (any credentials, eu-central-1;\n`,
    '              the emulator speaks HTTP/1.1: new KinesisClient({ …, requestHandler: new NodeHttpHandler() }))\n',
    `  Event Hubs  ${stack.eventHubs.connectionString(stack.hub)}\n`,
    `  HTTP door   ${stack.door}/v1/exports, by the Function into Event Hubs; ${asks(stack.doorAuth)}; for instance\n`,
    `${curl(stack.door)}\n`,
    placesText(stack.places),
    `  demo CRM    ${stack.crm.url}  (make it misbehave: see README)\n`,
    'Ctrl-C stops everything.\n',
  ].join('');
}
