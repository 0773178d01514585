import type { RowName } from '../shared/audit/rows.js';
import { readSince } from './parked-filter.js';
import { DEFAULT_CONFIG } from './rules-file.js';
import { readWords } from './words.js';
import { WrongUse } from './wrong-use.js';

/** What `tributary why --help` says. */
export const HELP = `tributary why CONNECTION/OBJECT/KEY | --person KEY: why a row of a target is as it is: which event, rule and
transition wrote which field, when, and what the target answered.

  CONNECTION/OBJECT/KEY  a row, by the value that rules match it on or by the target's own id:
                         sales/Contact/ada@example.com, sales/Contact/0035g00000XyZ12AAF
  --person KEY           all rows of a person, what was done once, and what came to nothing: a value of the key (C-1), or
                         entry and value as in person.key (crmid:C-1)
  --since WHEN           only from then on: 90m, 2h, 7d ago, or a date and time such as 2026-11-21T08:00Z
  --config FILE          the rules, for the places of rules and the names of audiences (TRIBUTARY_CONFIG, or ${DEFAULT_CONFIG});
                         without them the rest is told all the same
  --json                 print JSON on standard output
  --help                 this text

Needs the settings of the deployment that say where its state is: TRIBUTARY_STATE and its connection; reading suffices.
Entries are kept for 30 days unless audit: of the rule file says otherwise, without values unless it asks for them.

Exit status: 0 told, 1 nothing is kept of that, 2 wrong use, or a store that cannot be reached.
`;

const OPTIONS = {
  person: { type: 'string' },
  since: { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

/** What `tributary why` is asked. */
export interface WhyOptions {
  readonly about:
    | { readonly kind: 'row'; readonly row: RowName }
    | { readonly kind: 'person'; readonly key: string };
  /** Epoch milliseconds. */
  readonly from: number;
  readonly config: string | undefined;
  readonly json: boolean;
}

const ROW = /^(?<connection>[^/]+)\/(?<object>[^/]+)\/(?<key>[\s\S]+)$/;

function rowNamed(text: string): RowName {
  const { connection = '', object = '', key = '' } = ROW.exec(text)?.groups ?? {};
  if (key === '') throw new WrongUse(`a row is CONNECTION/OBJECT/KEY, not ${JSON.stringify(text)}`);
  return { connection, object, key };
}

/** Reads the words after `tributary why`; undefined when only help is wanted. */
export function readWhyOptions(args: readonly string[], now: number): WhyOptions | undefined {
  const { values, positionals } = readWords(args, OPTIONS);
  if (values.help) return undefined;
  const [row, ...more] = positionals;
  const { person = '', since: text, config, json } = values;
  if (more.length > 0 || (row === undefined) === (person === ''))
    throw new WrongUse('name one row (CONNECTION/OBJECT/KEY), or give --person KEY');
  const from = text === undefined ? 0 : readSince(text, now);
  if (from === undefined) {
    const known = 'takes 90m, 2h, 7d or a date and time such as 2026-11-21T08:00Z';
    throw new WrongUse(`--since ${known}, not ${JSON.stringify(text)}`);
  }
  const about =
    row === undefined
      ? ({ kind: 'person', key: person } as const)
      : ({ kind: 'row', row: rowNamed(row) } as const);
  return { about, from, config, json };
}
