import type { EventSource } from '../shared/events/event-source.js';
import { EVENTS_HELP } from './event-files.js';
import { formatNamed, timeNamed } from './plan-options.js';
import { FUNCTIONS_HELP } from './rules-file.js';
import { readWords } from './words.js';
import { WrongUse } from './wrong-use.js';

/** What `tributary diff --help` says. */
export const HELP = `tributary diff A B [EVENTS…]: what rule file B does otherwise than A with the same events. Nothing is sent.

  ${FUNCTIONS_HELP}, for both
  --state FILE       both begin with the state that tributary plan --save-state wrote
  --at TIME          count the first event as taken in at that time; otherwise as tributary plan does
  --limit N          show no more than so many differences (50); the sums are of all
  --markdown         a report for a pull request, without persons and values
  --values           with --markdown: also persons and values
  --format json|csv  whatever the names of the files say
  --json             one JSON object a line: all differences, then the sums
  --help             this text

${EVENTS_HELP}

Each version remembers what it did itself, as after a deployment long ago; with --state, B takes over from A.

  tributary diff old.yaml tributary.yaml samples/*.json
  git show main:tributary.yaml > /tmp/main.yaml; tributary diff --markdown /tmp/main.yaml tributary.yaml events.ndjson

Exit status: 0 the same, 1 they differ, 2 wrong use, or a file that cannot be read.
`;

const OPTIONS = {
  functions: { type: 'string' },
  state: { type: 'string' },
  at: { type: 'string' },
  limit: { type: 'string', default: '50' },
  markdown: { type: 'boolean', default: false },
  values: { type: 'boolean', default: false },
  format: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

/** What `tributary diff` is to do. */
export interface DiffOptions {
  readonly before: string;
  readonly after: string;
  readonly functions: string | undefined;
  readonly events: readonly string[];
  readonly format: EventSource['format'] | undefined;
  readonly state: string | undefined;
  /** Epoch milliseconds. */
  readonly at: number | undefined;
  /** Most differences that are shown. */
  readonly limit: number;
  readonly style: 'text' | 'markdown' | 'json';
  /** Whether a report shows persons and values. */
  readonly values: boolean;
}

function limitNamed(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new WrongUse(`--limit takes a whole number, not ${JSON.stringify(text)}`);
}

/** Reads the words after `tributary diff`; undefined when only help is wanted. */
export function readDiffOptions(args: readonly string[]): DiffOptions | undefined {
  const { values, positionals } = readWords(args, OPTIONS);
  if (values.help) return undefined;
  const [before, after, ...events] = positionals;
  if (before === undefined || after === undefined)
    throw new WrongUse('name two rule files, then files of events');
  if (values.json && values.markdown) throw new WrongUse('--json and --markdown exclude each other');
  if (values.values && !values.markdown)
    throw new WrongUse('--values is for --markdown; otherwise values are shown');
  return {
    before,
    after,
    functions: values.functions,
    events,
    format: formatNamed(values.format),
    state: values.state,
    at: timeNamed('at', values.at),
    limit: limitNamed(values.limit),
    style: values.json ? 'json' : values.markdown ? 'markdown' : 'text',
    values: values.values,
  };
}
