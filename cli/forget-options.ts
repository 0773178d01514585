import { readValues } from './words.js';
import { WrongUse } from './wrong-use.js';

/** What `tributary forget --help` says. */
export const HELP = `tributary forget: drop what is remembered of rows that targets accepted, so that they are written again.

Each row that is forgotten is written whole with the next record that concerns it; nothing is sent now. What happens
once (send) does not happen again. Needs the settings of the deployment: TRIBUTARY_CONFIG, TRIBUTARY_STATE and its
connection. Give exactly one of:

  --person KEY         one person: a value of the key (C-1), or entry and value as in person.key (crmid:C-1);
                       removes what tributary why tells of them, too
  --rule NAME          every object that the rule writes to, for everybody
  --connection NAME    every object of a connection, for everybody
    --object NAME      only this object of the connection

  --json               print JSON on standard output
  --help               this text

Exit status: 0 forgotten; 1 nobody is known by that key, or no rows are written by the rule or there;
2 wrong use, or a store that cannot be reached.
`;

const OPTIONS = {
  person: { type: 'string' },
  rule: { type: 'string' },
  connection: { type: 'string' },
  object: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

/** What is to be forgotten. */
export type Meant =
  | { readonly kind: 'person'; readonly key: string }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'place'; readonly connection: string; readonly object: string | undefined };

/** What `tributary forget` is to do. */
export interface ForgetOptions {
  readonly meant: Meant;
  readonly json: boolean;
}

/** Reads the words after `tributary forget`; undefined when only help is wanted. */
export function readForgetOptions(args: readonly string[]): ForgetOptions | undefined {
  const { person, rule, connection, object, json, help } = readValues(args, OPTIONS);
  if (help) return undefined;
  const given = [person, rule, connection].filter((one) => one !== undefined && one !== '');
  if (given.length !== 1) throw new WrongUse('give exactly one of --person, --rule and --connection');
  if (object !== undefined && !connection) throw new WrongUse('--object belongs to --connection');
  if (person) return { meant: { kind: 'person', key: person }, json };
  if (rule) return { meant: { kind: 'rule', name: rule }, json };
  return { meant: { kind: 'place', connection: connection ?? '', object }, json };
}
