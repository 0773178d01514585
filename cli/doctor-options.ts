import { DEFAULT_CONFIG, FUNCTIONS_HELP } from './rules-file.js';
import { readWords } from './words.js';
import { WrongUse } from './wrong-use.js';

/** What `tributary doctor --help` says. */
export const HELP = `tributary doctor [FILE]: can everything be reached that a deployment needs, and may it do what the rules ask?

Looks at the settings (docs/settings.md: names that nothing reads, values that are wrong, what is missing, secrets in plain text), and at the state store, the retry queue, the dead letters and the stream of the door as the settings name them
(docs/stores.md, docs/parking.md), and at each connection of the rule file (TRIBUTARY_CONFIG, or ${DEFAULT_CONFIG}): its secrets are there, it
authenticates, and its objects, fields, external ids, lists and permissions are what the rules need; and at each place
where files lie (docs/files-places.md), which is listed and read. Run it with the settings and secrets of the deployment.
It reads only: nothing is written anywhere.

  --config FILE        the same as FILE, as the other commands have it
  --connection NAME    look at this connection alone
  --seconds N          longest wait for each part (30)
  ${FUNCTIONS_HELP}
  --json               one JSON object a line: part, level, what, advice
  --help               this text

  tributary doctor
  tributary doctor --connection sales

Exit status: 0 fine, or warnings only; 1 errors; 2 wrong use, or a file that cannot be read.
`;

const OPTIONS = {
  config: { type: 'string' },
  connection: { type: 'string' },
  seconds: { type: 'string', default: '30' },
  functions: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

/** What `tributary doctor` is to do. */
export interface DoctorOptions {
  readonly file: string;
  readonly connection: string | undefined;
  readonly seconds: number;
  readonly functions: string | undefined;
  readonly json: boolean;
}

/**
 * Reads the words after `tributary doctor`; undefined when only help is wanted. No file named: the one of the deployment's
 * setting TRIBUTARY_CONFIG.
 */
export function readDoctorOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): DoctorOptions | undefined {
  const { values, positionals } = readWords(args, OPTIONS);
  if (values.help) return undefined;
  const named = values.config === undefined ? positionals : [values.config, ...positionals];
  const [file = env['TRIBUTARY_CONFIG'] || DEFAULT_CONFIG, ...more] = named;
  if (more.length > 0) throw new WrongUse(`one file at a time, not ${named.length}`);
  const { connection, seconds, functions, json } = values;
  if (!/^[1-9]\d{0,3}$/.test(seconds)) throw new WrongUse('--seconds must be a whole number from 1 to 9999');
  return { file, connection, seconds: Number(seconds), functions, json };
}
