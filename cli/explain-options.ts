import type { EventSource } from '../shared/events/event-source.js';
import { EVENTS_HELP } from './event-files.js';
import { formatNamed, timeNamed } from './plan-options.js';
import { DEFAULT_CONFIG, FUNCTIONS_HELP } from './rules-file.js';
import { readWords } from './words.js';
import { WrongUse } from './wrong-use.js';

/** What `tributary explain --help` says. */
export const HELP = `tributary explain [EVENTS…]: why one event does what it does: every rule, every clause, every field.

  --record N         the event that is meant, counted from 1 over all files; the ones before it are played first, so that
                     what was known is known. Not needed when there is only one
  --config FILE      the rules (${DEFAULT_CONFIG})
  ${FUNCTIONS_HELP}
  --state FILE       begin with the state that tributary plan --save-state wrote
  --at TIME          count the first event as taken in at that time; otherwise as tributary plan does
  --format json|csv  whatever the names of the files say
  --json             print JSON on standard output
  --help             this text

${EVENTS_HELP}

Persons and values are shown as they are: this is your own machine, and logs of deployments never do so.

  tributary explain event.json
  tributary explain --record 17 events.ndjson
  tributary explain --state monday.state --json tuesday.ndjson --record 1

Exit status: 0 fine, 1 the event cannot be read or there is no such event, 2 wrong use, or a file that cannot be read.
`;

const OPTIONS = {
  record: { type: 'string' },
  config: { type: 'string', default: DEFAULT_CONFIG },
  functions: { type: 'string' },
  state: { type: 'string' },
  at: { type: 'string' },
  format: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

/** What `tributary explain` is to do. */
export interface ExplainOptions {
  readonly config: string;
  readonly functions: string | undefined;
  readonly events: readonly string[];
  readonly format: EventSource['format'] | undefined;
  readonly state: string | undefined;
  /** From 1; undefined when there is to be only one. */
  readonly record: number | undefined;
  /** Epoch milliseconds. */
  readonly at: number | undefined;
  readonly json: boolean;
}

function recordNamed(text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d{0,14}$/.test(text))
    return text === undefined ? undefined : Number(text);
  throw new WrongUse(`--record takes a number from 1, not ${JSON.stringify(text)}`);
}

/** Reads the words after `tributary explain`; undefined when only help is wanted. */
export function readExplainOptions(args: readonly string[]): ExplainOptions | undefined {
  const { values, positionals } = readWords(args, OPTIONS);
  if (values.help) return undefined;
  const { config, functions, state, json } = values;
  return {
    config,
    functions,
    events: positionals,
    format: formatNamed(values.format),
    state,
    record: recordNamed(values.record),
    at: timeNamed('at', values.at),
    json,
  };
}
