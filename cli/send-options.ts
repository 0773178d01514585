import { refusedUrl } from '../shared/connectors/wire/endpoint.js';
import type { EventSource } from '../shared/events/event-source.js';
import { BATCH_HELP, PREVIOUS_HELP } from './batch-files.js';
import { EVENTS_HELP } from './event-files.js';
import { formatNamed } from './plan-options.js';
import { DEFAULT_CONFIG } from './rules-file.js';
import { readWords } from './words.js';
import { WrongUse } from './wrong-use.js';

/** What `tributary send --help` says. */
export const HELP = `tributary send [EVENTS…] --url URL: send events of files to the HTTP door of a deployment.

  --url URL          where the door takes exports: https://HOST/v1/exports or https://HOST/v1/exports/SOURCE
  --config FILE      the rules, for what they say of batch files (${DEFAULT_CONFIG}; none is needed for events)
  --as NAME          read the files by this entry of files:, whatever they are called
  ${PREVIOUS_HELP}; it is not sent itself
  --accept           send exits, too, that are more than "most exits" allows
  --format json|csv  read the files as events of this format, whatever they are called
  --records N        most records in one call (500)
  --json             the sums as JSON
  --help             this text

${EVENTS_HELP}
${BATCH_HELP}

The token goes into TRIBUTARY_TOKEN; without one nothing is said of who we are. Calls are made one after another. One that is answered
with 429 or 503, or not at all, is made again after the time the door asks for, six times at most; the same record twice
changes nothing. Records that cannot be read are told of and not sent.

  tributary send --url https://tributary.example.com/v1/exports/prod events.ndjson

Exit status: 0 all is taken in; 1 some record cannot be read, here or there, or exits wait for --accept; 2 wrong use, a file that cannot be read, or a door that
refuses or does not answer: then the rest is not sent, and the same command can be given again.
`;

const OPTIONS = {
  url: { type: 'string' },
  config: { type: 'string' },
  as: { type: 'string' },
  previous: { type: 'string', multiple: true },
  accept: { type: 'boolean', default: false },
  format: { type: 'string' },
  records: { type: 'string', default: '500' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

/** What `tributary send` is to do. */
export interface SendOptions {
  readonly url: string;
  /** Undefined when the usual file will do, if there is one. */
  readonly config: string | undefined;
  readonly events: readonly string[];
  readonly as: string | undefined;
  /** Files of the full export before. */
  readonly previous: readonly string[];
  /** Whether a mass exit is sent. */
  readonly accept: boolean;
  readonly format: EventSource['format'] | undefined;
  readonly records: number;
  readonly json: boolean;
}

/** Most profiles that the door takes in one call. */
const MOST_RECORDS = 10_000;

function recordsIn(text: string): number {
  const count = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MOST_RECORDS) return count;
  throw new WrongUse(`--records takes a number from 1 to ${MOST_RECORDS}, not ${JSON.stringify(text)}`);
}

function urlIn(text: string | undefined): string {
  if (text === undefined) throw new WrongUse('say where the door is: --url https://HOST/v1/exports/SOURCE');
  const why = refusedUrl(text);
  if (why !== undefined)
    throw new WrongUse(`--url ${why.replace('; use "auth"', '; the token goes into TRIBUTARY_TOKEN')}`);
  return text;
}

/** Reads the words after `tributary send`; undefined when only help is wanted. */
export function readSendOptions(args: readonly string[]): SendOptions | undefined {
  const { values, positionals } = readWords(args, OPTIONS);
  if (values.help) return undefined;
  return {
    url: urlIn(values.url),
    config: values.config,
    events: positionals,
    as: values.as,
    previous: values.previous ?? [],
    accept: values.accept,
    format: formatNamed(values.format),
    records: recordsIn(values.records),
    json: values.json,
  };
}
