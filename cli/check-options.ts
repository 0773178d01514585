import { DEFAULT_CONFIG, FUNCTIONS_HELP } from './rules-file.js';
import { readWords } from './words.js';
import { WrongUse } from './wrong-use.js';

/** What `tributary check --help` says. */
export const HELP = `tributary check [FILE]: everything that is wrong with a rule file (${DEFAULT_CONFIG}), and what is worth a look.

  --config FILE      the same as FILE, as the other commands have it
  --strict           warnings count like errors
  --live             ask the targets for their fields first, and keep them beside the file (.tributary/fields)
  ${FUNCTIONS_HELP}
  --watch            again whenever a file changes that it depends on, until Ctrl-C
  --json             one JSON object a line: findings, then the sums
  --help             this text

Each finding has its place, a code (docs/check.md, docs/faults.md) and the line with a mark under what is meant. No
setting or secret is needed; a setting that is not set here is a warning. Nothing is sent, and nothing is asked but with --live,
which needs the settings and secrets of the connections and reads only.

  tributary check
  tributary check --strict config/tributary.yaml
  tributary check --json | jq -r 'select(.severity == "error") | .message'

Exit status: 0 fine, or warnings only; 1 errors (with --strict also warnings; with --live also targets that did not tell); 2 wrong use, or a file that cannot be read.
`;

const OPTIONS = {
  config: { type: 'string' },
  strict: { type: 'boolean', default: false },
  live: { type: 'boolean', default: false },
  functions: { type: 'string' },
  watch: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

/** What `tributary check` is to do. */
export interface CheckOptions {
  readonly file: string;
  readonly functions: string | undefined;
  readonly strict: boolean;
  readonly live: boolean;
  readonly watch: boolean;
  readonly json: boolean;
}

/** Reads the words after `tributary check`; undefined when only help is wanted. */
export function readCheckOptions(args: readonly string[]): CheckOptions | undefined {
  const { values, positionals } = readWords(args, OPTIONS);
  if (values.help) return undefined;
  const named = values.config === undefined ? positionals : [values.config, ...positionals];
  const [file = DEFAULT_CONFIG, ...more] = named;
  if (more.length > 0) throw new WrongUse(`one file at a time, not ${named.length}`);
  const { functions, strict, live, watch, json } = values;
  return { file, functions, strict, live, watch, json };
}
