import { FAULTS } from '../shared/core/fault.js';
import { declared } from '../shared/core/names.js';
import { type Filter, isEverything, readSince } from './parked-filter.js';
import { readWords, type Words } from './words.js';
import { WrongUse } from './wrong-use.js';

/** Reasons, and what groups of them have in common. */
const CODES = new Set(Object.keys(FAULTS).flatMap((code) => [code, code.replace(/\..*$/, '')]));

/** What `tributary parked --help` says. */
export const HELP = `tributary parked list|show|replay|drop: what waits in the retry queue, and the dead letters.

  list      one line each
  show      everything that is known of each
  replay    try them again, with today's rules; what is settled is removed
  drop      remove them for good

Where to look, unless --from says otherwise, in both places that the settings TRIBUTARY_PARKING and
TRIBUTARY_DEAD_LETTERS name. Of a queue only that can be seen which is due and in nobody's hands.

  --from letters|queue|PLACE
                     only there; PLACE is written as in the settings: sqs:QUEUE, storage-queue:NAME, s3:BUCKET[/PREFIX],
                     blob:CONTAINER[/PREFIX], for instance the queue behind the retry queue

Which of them; all conditions must hold:

  --source NAME      the stream, hub or file it came from; with * at the end, what begins so
  --code CODE        the reason, or a group of reasons such as remote (docs/faults.md)
  --person WHO       a person: the one-way name in the logs, or NAMESPACE:ID as in person.key (crmid:C-1), which needs
                     the TRIBUTARY_LOG_KEY of the deployment
  --since WHEN       kept since: 90m, 2h, 7d ago, or a date and time such as 2026-11-21T08:00Z
  --record REF       the ref that list shows or its beginning, the id of a message, or ID#RECORD; may be given again
  --limit N          no more than so many (list and show: 100; replay and drop: all); it is said when there are more
  --all              drop: needed when no condition is given

How:

  --requeue          replay dead letters by the deployment: put them into the retry queue instead of trying them here.
                     Without it this machine needs all settings of the deployment, its state and secrets included.
  --rate N           replay so many a second at the most (10)
  --dry-run          replay and drop: only list what would be
  --values           show, and list --json: also bodies and the words of targets, which hold personal data
  --json             print JSON on standard output
  --help             this text

Exit status: 0 fine; 1 something is left over, unreadable, was refused again, or nothing was found that was named;
2 wrong use, or a place that cannot be reached.
`;

const OPTIONS = {
  from: { type: 'string' },
  source: { type: 'string' },
  code: { type: 'string' },
  person: { type: 'string' },
  since: { type: 'string' },
  record: { type: 'string', multiple: true, default: [] as string[] },
  limit: { type: 'string' },
  rate: { type: 'string', default: '10' },
  all: { type: 'boolean', default: false },
  requeue: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  values: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

const ACTIONS = ['list', 'show', 'replay', 'drop'] as const;

/** What is to be done with kept messages. */
export interface ParkedOptions {
  readonly action: (typeof ACTIONS)[number];
  readonly from: string | undefined;
  readonly filter: Filter;
  readonly limit: number;
  readonly rate: number;
  readonly requeue: boolean;
  readonly dryRun: boolean;
  readonly values: boolean;
  readonly json: boolean;
}

const DEFAULT_LIMIT = { list: 100, show: 100, replay: Infinity, drop: Infinity } as const;

function numberOf(name: 'limit' | 'rate', text: string, least: number, most: number): number {
  const value = Number(text);
  const [shape, what] = name === 'rate' ? [/^\d+(\.\d+)?$/, 'a number'] : [/^\d+$/, 'a whole number'];
  if (shape.test(text) && value >= least && value <= most) return value;
  throw new WrongUse(`--${name} takes ${what} from ${least} to ${most}, not ${JSON.stringify(text)}`);
}

function filterOf(values: Words<typeof OPTIONS>['values'], now: number): Filter {
  const { source, code, person, since: text, record: records } = values;
  const since = text === undefined ? undefined : readSince(text, now);
  if (text !== undefined && since === undefined) {
    const known = 'takes 90m, 2h, 7d or a date and time such as 2026-11-21T08:00Z';
    throw new WrongUse(`--since ${known}, not ${JSON.stringify(text)}`);
  }
  if (code !== undefined && !CODES.has(code))
    throw new WrongUse(
      `--code ${JSON.stringify(code)} is no reason; ${declared(code, [...CODES], 'known')} (docs/faults.md)`,
    );
  return { source, code, person, since, records };
}

/** Reads the words after `tributary parked`; `undefined` when only help is wanted. */
export function readOptions(args: readonly string[], now: number): ParkedOptions | undefined {
  const { values, positionals } = readWords(args, OPTIONS);
  if (values.help) return undefined;
  const [word, ...more] = positionals;
  const action = ACTIONS.find((known) => known === word);
  if (!action || more.length > 0)
    throw new WrongUse(`say one of list, show, replay, drop, not ${JSON.stringify(positionals.join(' '))}`);
  const filter = filterOf(values, now);
  if (action === 'drop' && isEverything(filter) && !values.all)
    throw new WrongUse('drop without a condition removes everything: say --all if that is meant');
  if (values.requeue && (action !== 'replay' || values.from === 'queue'))
    throw new WrongUse('--requeue is for dead letters that are replayed');
  return {
    action,
    from: values.from,
    filter,
    limit: values.limit === undefined ? DEFAULT_LIMIT[action] : numberOf('limit', values.limit, 1, 1e9),
    rate: numberOf('rate', values.rate, 0.01, 10_000),
    requeue: values.requeue,
    dryRun: values['dry-run'],
    values: values.values,
    json: values.json,
  };
}
