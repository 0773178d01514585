import type { Deployment, EventHub, KinesisStream } from '../shared/adobe/deployment.js';
import { DEFAULT_CONFIG, FUNCTIONS_HELP } from './rules-file.js';
import { readValues } from './words.js';
import { WrongUse } from './wrong-use.js';

/** What `tributary adobe --help` says. */
export const HELP = `tributary adobe --url URL: everything Adobe must be told to send its exports to a deployment. Nothing is sent.

  --url URL              where the HTTP door of the deployment is, for instance https://tributary.example.com
  --out DIR              write the files there; otherwise only the checklist is printed
  --login oauth2|bearer  how Adobe proves itself: a token of our endpoint (oauth2), or one that is typed in
  --kinesis ARN          also for the Kinesis destination: the stream
  --kinesis-key ARN      the KMS key that encrypts that stream; unless set, Adobe may use any key of the account whose
                         policy lets it, for this stream alone
  --event-hub NAMESPACE/HUB
                         also for the Event Hubs destination: the hub
  --config FILE          the rules (${DEFAULT_CONFIG}): what they read is what has to be mapped
  ${FUNCTIONS_HELP.replace(/ {3,}/, '       ')}
  --json                 one JSON object with every file and its text
  --help                 this text

  tributary adobe --url https://tributary.example.com --out adobe
  tributary adobe --url https://tributary.example.com --kinesis arn:aws:kinesis:eu-central-1:123456789012:stream/exports
  tributary adobe --url https://tributary.example.com --json | jq -r '.files["destination-sdk/1-server.json"]'

docs/adobe.md says what to do with them, step by step. No file holds a secret: where one belongs, its name stands in angle
brackets. Exit status: 0 fine, 2 wrong use, or a file that cannot be read or written.
`;

const OPTIONS = {
  url: { type: 'string' },
  out: { type: 'string' },
  login: { type: 'string', default: 'oauth2' },
  kinesis: { type: 'string' },
  'kinesis-key': { type: 'string' },
  'event-hub': { type: 'string' },
  config: { type: 'string', default: DEFAULT_CONFIG },
  functions: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

/** What `tributary adobe` is to do. */
export interface AdobeOptions extends Omit<Deployment, 'fields'> {
  readonly config: string;
  readonly functions: string | undefined;
  readonly out: string | undefined;
  readonly json: boolean;
}

/** Adobe calls from outside and carries personal data, so plain HTTP is never right. */
function readUrl(text: string | undefined): string {
  if (text === undefined) throw new WrongUse('--url is missing: where is the HTTP door of the deployment?');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.search !== '' || url.hash !== '' || url.username !== '')
    throw new WrongUse(`--url takes an https address without a query or a name, not ${JSON.stringify(text)}`);
  return url.href.replace(/\/+$/, '');
}

function readLogin(text: string): Deployment['login'] {
  if (text === 'oauth2' || text === 'bearer') return text;
  throw new WrongUse(`--login takes oauth2 or bearer, not ${JSON.stringify(text)}`);
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesisdatastreams.html */
const ARN =
  /^arn:(?<partition>aws[a-z-]*):kinesis:(?<region>[a-z0-9-]+):(?<account>\d{12}):stream\/(?<name>[\w.-]{1,128})$/;

/** Of a key, not of an alias: IAM does not look behind one. https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html */
const KEY = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/;

function readKey(text: string | undefined): string | undefined {
  if (text === undefined || KEY.test(text)) return text;
  const like = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  throw new WrongUse(`--kinesis-key takes the ARN of a KMS key such as ${like}, not ${JSON.stringify(text)}`);
}

function readKinesis(text: string | undefined, keyArn: string | undefined): KinesisStream | undefined {
  const key = readKey(keyArn);
  if (text === undefined && key !== undefined) throw new WrongUse('--kinesis-key goes with --kinesis');
  if (text === undefined) return undefined;
  const { partition, region, account, name } = ARN.exec(text)?.groups ?? {};
  if (partition !== undefined && region !== undefined && account !== undefined && name !== undefined)
    return { partition, region, account, name, key };
  const like = 'arn:aws:kinesis:eu-central-1:123456789012:stream/exports';
  throw new WrongUse(`--kinesis takes the ARN of a stream such as ${like}, not ${JSON.stringify(text)}`);
}

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsofteventhub */
const HUB =
  /^(?<namespace>[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9])\/(?<name>[A-Za-z0-9](?:[\w.-]{0,254}[A-Za-z0-9])?)$/;

function readEventHub(text: string | undefined): EventHub | undefined {
  if (text === undefined) return undefined;
  const { namespace, name } = HUB.exec(text)?.groups ?? {};
  if (namespace !== undefined && name !== undefined) return { namespace, name };
  throw new WrongUse(
    `--event-hub takes NAMESPACE/HUB such as acme-events/exports, not ${JSON.stringify(text)}`,
  );
}

/** Reads the words after `tributary adobe`; undefined when only help is wanted. */
export function readAdobeOptions(args: readonly string[]): AdobeOptions | undefined {
  const values = readValues(args, OPTIONS);
  const { help, url, login, kinesis, 'event-hub': hub, config, functions, out, json, ...more } = values;
  if (help) return undefined;
  return {
    url: readUrl(url),
    login: readLogin(login),
    kinesis: readKinesis(kinesis, more['kinesis-key']),
    eventHub: readEventHub(hub),
    config,
    functions,
    out,
    json,
  };
}
