import { readWords } from './words.js';
import { WrongUse } from './wrong-use.js';

/** What `tributary files --help` says. */
export const HELP = `tributary files: batch files of a deployment: what was read, what waits and why.

usage: tributary files list [--source NAME] [--limit N]
       tributary files show FILE
       tributary files accept FILE
       tributary files retry FILE
       tributary files run FILE

  list           files, those nobody has read yet first, then the newest last; places that cannot be reached, and files there
                 that no entry takes
  show           everything known of a file and of the full export it belongs to; no value of any row
  accept         let the exits of a full export be carried out that wait for you
  retry          work on a file again: one that waits now, one that is refused or done from its beginning
  run            work on a file here, to its end, with every setting of the deployment; it says what it waits for. Ctrl-C
                 ends it after the rows under way, and the deployment or another run goes on from there

RESULT is new, reading, rows, waiting (why stands below), comparing and exits (of a full export whose rows are done), waiting
for you (accept lets it go on), accepted; or how it ended: done, refused, changed, overtaken.

  --source NAME  the entry in "files" of the configuration
  --limit N      list at most so many; 50 unless given
  --json         print JSON on standard output: a list of reports (list), one (show, run), { "done": … } (accept, retry)
  --help         this text

FILE is the name as "list" shows it, or the end of it after a slash. list and show need TRIBUTARY_CONFIG, TRIBUTARY_STATE
and the secrets of the places; accept and retry need TRIBUTARY_FILES_QUEUE and TRIBUTARY_DEAD_LETTERS besides.

  tributary files list --source 'daily members'
  tributary files show Acme_20260901.csv
  tributary files accept Acme_20260901.csv

Exit status: 0 fine; 1 no such file, nothing to accept, or the file was refused or waits; 2 wrong use, or something that
cannot be reached.
`;

const OPTIONS = {
  source: { type: 'string' },
  limit: { type: 'string', default: '50' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

const ACTIONS = ['list', 'show', 'accept', 'retry', 'run'] as const;
type Action = (typeof ACTIONS)[number];

/** What `tributary files` is to do. */
export interface FilesOptions {
  readonly action: Action;
  /** Empty for `list`. */
  readonly file: string;
  readonly source: string | undefined;
  readonly limit: number;
  readonly json: boolean;
}

/** Reads the words after `tributary files`; undefined when only help is wanted. */
export function readFilesOptions(args: readonly string[]): FilesOptions | undefined {
  const { values, positionals } = readWords(args, OPTIONS);
  if (values.help) return undefined;
  const [word = '', file = '', ...more] = positionals;
  const action = ACTIONS.find((one) => one === word);
  if (!action) throw new WrongUse(`say what to do: ${ACTIONS.join(', ')}`);
  if (action === 'list' ? file !== '' : file === '' || more.length > 0)
    throw new WrongUse(action === 'list' ? 'list takes no file' : `${action} takes one file`);
  if (!/^[1-9]\d{0,5}$/.test(values.limit)) throw new WrongUse('--limit must be a whole number from 1');
  return { action, file, source: values.source, limit: Number(values.limit), json: values.json };
}
