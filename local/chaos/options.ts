import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type * as z from 'zod';
import { declared, quote } from '../../shared/core/names.js';
import { Scenario } from './scenario.js';

/** What `npm run chaos -- --help` says. */
export const HELP = `npm run chaos -- [options]: the real pipeline in a simulated world where everything goes wrong.

Events are published three times each, shuffled, to shards and partitions that several consumers read at once. The CRM,
the state store, the retry queue, the dead letters, the tokens, the clocks and the processes fail at random, in virtual
time. In the end the CRM must hold what an independent oracle says, and every record must have one ending.

  --events N         distinct events (1000000)
  --seed S           first seed (1); slice n of a run has seed S + n
  --threads N        scenarios at once (as many as there are cores)
  --scenario JSON    only this scenario, as a failing run prints it, with its history
  --json             the result as JSON on standard output
  --help             this text

Exit status: 0 nothing lost, doubled or wrong; 1 something was; 2 wrong use.
`;

const OPTIONS = {
  events: { type: 'string', default: '1000000' },
  seed: { type: 'string', default: '1' },
  threads: { type: 'string', default: String(availableParallelism()) },
  scenario: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

const MEMBERS = Object.keys(Scenario.shape);

/** What is asked for. */
export interface Options {
  readonly events: number;
  readonly seed: number;
  readonly threads: number;
  readonly scenario: Scenario | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

/** Said of a command line nobody can follow. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}

function whole(name: string, text: string, least: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least) return value;
  throw new WrongUse(
    `--${name} must be a whole number from ${least} to 999999999, not ${JSON.stringify(text)}`,
  );
}

function readScenario(text: string): Scenario {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WrongUse(
      `--scenario takes JSON as a failing run prints it, not the name of a file: ${JSON.stringify(text.slice(0, 80))}`,
    );
  }
  const parsed = Scenario.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new WrongUse(`--scenario${faultsOf(parsed.error)}`);
}

/** What is wrong with a scenario, each member once. */
function faultsOf({ issues }: z.ZodError): string {
  const texts = issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => `there is no ${quote(key)}; ${declared(key, MEMBERS, 'known')}`);
    const [member] = issue.path;
    return member === undefined ? [] : [`${String(member)} ${issue.message}`];
  });
  return texts.length === 0 ? ' must be an object {…}' : `: ${[...new Set(texts)].join('; ')}`;
}

/** Reads the command line; throws {@link WrongUse}. */
export function readOptions(args: string[]): Options {
  const values = parse(args);
  return {
    events: whole('events', values.events, 1),
    seed: whole('seed', values.seed, 0),
    threads: whole('threads', values.threads, 1),
    scenario: values.scenario === undefined ? undefined : readScenario(values.scenario),
    json: values.json,
    help: values.help,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: false }).values;
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error));
  }
}
