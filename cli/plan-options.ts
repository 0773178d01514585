import { parseTime } from '../shared/core/time.js';
import type { EventSource } from '../shared/events/event-source.js';
import { BATCH_HELP, PREVIOUS_HELP } from './batch-files.js';
import { EVENTS_HELP } from './event-files.js';
import { DEFAULT_CONFIG, FUNCTIONS_HELP } from './rules-file.js';
import { readWords } from './words.js';
import { WrongUse } from './wrong-use.js';

/** What `tributary plan --help` says. */
export const HELP = `tributary plan [EVENTS…]: what the deployed pipeline would do with these events. Nothing is sent.

  --config FILE      the rules (${DEFAULT_CONFIG})
  ${FUNCTIONS_HELP}
  --state FILE       go on from the state that --save-state wrote; otherwise nobody is known before the first event
  --save-state FILE  write down what is known after the last event; the file holds personal data
  --at TIME          count the first event as taken in at that time and each later one a millisecond after; otherwise
                     each counts as taken in at the newest lastQualificationTime it carries, and after the one before it
  --all              also events of which nothing comes, with the reason
  --summary          only the sums at the end
  --as NAME          read the files by this entry of files:, whatever they are called
  ${PREVIOUS_HELP}
  --format json|csv  read the files as events of this format, whatever they are called
  --json             one JSON object a line: actions, then the sums
  --help             this text

${EVENTS_HELP}
${BATCH_HELP}

Persons and values are shown as they are: this is your own machine, and logs of deployments never do so. States stay in
memory, about 2.6 GB for a million persons (NODE_OPTIONS=--max-old-space-size=MB allows for more); the files are read as a
stream, however long. What targets would refuse nobody can know here: each is taken to accept everything.

  tributary plan events.ndjson
  tributary plan --summary --save-state monday.state monday.ndjson.gz
  tributary plan --state monday.state --json tuesday.ndjson | jq 'select(.operation == "send")'
  zcat export.gz | tributary plan -
  tributary plan --previous Nightly_20261102_010000.csv Nightly_20261103_010000.csv

Exit status: 0 fine, 1 some event cannot be read, or exits of a full export would wait until somebody agrees, 2 wrong use, or a file that cannot be read.
`;

const OPTIONS = {
  config: { type: 'string', default: DEFAULT_CONFIG },
  functions: { type: 'string' },
  state: { type: 'string' },
  'save-state': { type: 'string' },
  at: { type: 'string' },
  all: { type: 'boolean', default: false },
  summary: { type: 'boolean', default: false },
  as: { type: 'string' },
  previous: { type: 'string', multiple: true },
  format: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

/** What `tributary plan` is to do. */
export interface PlanOptions {
  readonly config: string;
  readonly functions: string | undefined;
  readonly events: readonly string[];
  readonly format: EventSource['format'] | undefined;
  /** The entry of `files:` that is meant. */
  readonly as: string | undefined;
  /** Files of the full export before. */
  readonly previous: readonly string[];
  readonly state: string | undefined;
  readonly saveState: string | undefined;
  /** Epoch milliseconds. */
  readonly at: number | undefined;
  readonly all: boolean;
  readonly summary: boolean;
  readonly json: boolean;
}

/** Reads `--format`. */
export function formatNamed(text: string | undefined): EventSource['format'] | undefined {
  if (text === undefined || text === 'json' || text === 'csv') return text;
  throw new WrongUse(`--format takes json or csv, not ${JSON.stringify(text)}`);
}

/** Reads a time of the command line, epoch milliseconds. */
export function timeNamed(option: string, text: string | undefined): number | undefined {
  const micros = text === undefined ? undefined : parseTime(text);
  if (text === undefined || micros !== undefined)
    return micros === undefined ? undefined : Math.floor(micros / 1000);
  throw new WrongUse(
    `--${option} takes a date and time such as 2026-11-21T08:00:00Z, not ${JSON.stringify(text)}`,
  );
}

/** Reads the words after `tributary plan`; undefined when only help is wanted. */
export function readPlanOptions(args: readonly string[]): PlanOptions | undefined {
  const { values, positionals } = readWords(args, OPTIONS);
  if (values.help) return undefined;
  const { config, functions, state, all, summary, json } = values;
  return {
    config,
    functions,
    events: positionals,
    format: formatNamed(values.format),
    as: values.as,
    previous: values.previous ?? [],
    state,
    saveState: values['save-state'],
    at: timeNamed('at', values.at),
    all,
    summary,
    json,
  };
}
