import { judge, pooled, type Verdict, verdictText } from './check.js';
import type { Name } from './names.js';
import type { Options, Outcome } from './outcome.js';
import { type Machine, machine, type Results, readResults } from './results.js';
import { type Ended, failuresOf, outcomesOf, runAll } from './run.js';
import { WrongUse } from './wrong-use.js';

type Ratios = Outcome['ratios'];

const prefixed = (name: string, ratios: Ratios): Ratios =>
  Object.fromEntries(Object.entries(ratios).map(([key, ratio]) => [`${name}: ${key}`, ratio]));

const ratiosOf = (all: readonly Ended[]): Ratios =>
  Object.assign({}, ...outcomesOf(all).map(([name, { ratios }]) => prefixed(name, ratios)));

/** The committed ratios of all of these. One that has none would pass unseen: it is wrong use. */
export function committedRatios(results: Results, names: readonly Name[]): Ratios {
  const without = names.filter((name) => Object.keys(results[name]?.ratios ?? {}).length === 0);
  if (without.length > 0)
    throw new WrongUse(
      `bench/results.json has no ratios of ${without.join(', ')}; \`npm run bench -- --only ${without.join(',')} --write\` puts there what has some`,
    );
  return Object.assign({}, ...names.map((name) => prefixed(name, results[name]?.ratios ?? {})));
}

/** What is another one here than where the results were measured, a sentence each: ratios depend on it. */
export function strangeness(results: Results, names: readonly Name[], here: Machine): readonly string[] {
  return names.flatMap((name) =>
    (['node', 'cpu'] as const).flatMap((what) => {
      const there = results[name]?.machine[what];
      return there === undefined || there === here[what]
        ? []
        : [`${name} was measured with ${what} ${there.trim()}, and this is ${here[what].trim()}`];
    }),
  );
}

const isSuspect = (name: Name, verdicts: readonly Verdict[]): boolean =>
  verdicts.some((one) => one.worse && one.name.startsWith(`${name}: `));

/**
 * Holds the ratios of benchmarks against the committed ones and prints what it finds: gives the exit status. What looks worse is measured
 * once more, in another process, and the rounds of both are judged together.
 */
export async function checkAll(names: readonly Name[], options: Options, json: boolean): Promise<number> {
  const results = await readResults();
  const committed = committedRatios(results, names);
  const warnings = strangeness(results, names, machine());
  for (const one of warnings) process.stderr.write(`WARNING: ${one}; ratios may differ for that alone\n`);
  const fail = (ended: Ended): void => {
    for (const one of failuresOf([ended])) process.stderr.write(`${one}\n`);
  };
  const first = await runAll(names, options, fail);
  const suspects = names.filter((name) => isSuspect(name, judge(committed, ratiosOf(first))));
  if (suspects.length > 0) options.onScenario(`worse at first sight, once more: ${suspects.join(', ')}`);
  const second = await runAll(suspects, options, fail);
  const verdicts = judge(committed, pooled(ratiosOf(first), ratiosOf(second)));
  const failed = failuresOf([...first, ...second]);
  process.stdout.write(
    json ? `${JSON.stringify({ warnings, failed, verdicts }, null, 2)}\n` : verdictText(verdicts),
  );
  return failed.length > 0 || verdicts.some(({ worse }) => worse) ? 1 : 0;
}
