import { DEFAULT_CONFIG, FUNCTIONS_HELP } from './rules-file.js';
import { readWords } from './words.js';

/** What `tributary test --help` says. */
export const HELP = `tributary test [FILES…]: runs the cases of a rule file, and of *.tests.yaml beside it.

  FILES              files of cases, instead of those beside the rules; the rule file's own cases are run in any case
  --config FILE      the rules (${DEFAULT_CONFIG})
  ${FUNCTIONS_HELP}
  --filter TEXT      only cases whose name holds this text, in capitals or not
  --watch            again whenever a file changes that they depend on, until Ctrl-C
  --junit FILE       write a report that build servers read
  --json             one JSON object a line: cases, then the sums
  --help             this text

A case says what is given, perhaps what happened before, and which actions must come of it (docs/commands.md):

  tests:
    - name: who enters becomes a hot contact
      given: { member: high-propensity, attributes: { person.name.firstName: Ada } }
      expect: [{ upsert: sales/Contact, set: { Hot_Prospect__c: true } }]

  tributary test
  tributary test --filter consent --watch
  tributary test --config eu/tributary.yaml --junit report.xml

Exit status: 0 all cases passed, 1 some failed or there are none, 2 wrong use, or a file that cannot be read.
`;

const OPTIONS = {
  config: { type: 'string', default: DEFAULT_CONFIG },
  functions: { type: 'string' },
  filter: { type: 'string' },
  watch: { type: 'boolean', default: false },
  junit: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

/** What `tributary test` is to do. */
export interface TestOptions {
  readonly config: string;
  readonly functions: string | undefined;
  /** Files of cases; those beside the rules when there are none. */
  readonly files: readonly string[];
  readonly filter: string | undefined;
  readonly watch: boolean;
  readonly junit: string | undefined;
  readonly json: boolean;
}

/** Reads the words after `tributary test`; undefined when only help is wanted. */
export function readTestOptions(args: readonly string[]): TestOptions | undefined {
  const { values, positionals } = readWords(args, OPTIONS);
  if (values.help) return undefined;
  const { config, functions, filter, watch, junit, json } = values;
  return { config, functions, files: positionals, filter, watch, junit, json };
}
