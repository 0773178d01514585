import type { CompiledRules } from '../core/compiled.js';
import type { RulesFile } from '../core/rules.js';
import type { TestCase } from '../core/test-case.js';
import { runCase } from '../dry-run/run-case.js';
import { causesOf } from '../dry-run/tally.js';
import type { PathFinding } from './places.js';
import { actionsOf } from './walk.js';

/** A case, and the file that holds it. */
export interface CaseIn {
  readonly test: TestCase;
  readonly file: string;
}

/** Most records that are played: a check is quick, whatever a file holds. */
const MOST_RECORDS = 500;

/** Records of a case; undefined when it names files, whose length nobody knows. */
function recordsOf({ given, state = [] }: TestCase): number | undefined {
  const all = [...given, ...state];
  return all.some((one) => 'file' in one) ? undefined : all.length;
}

/** Rules that do something an expected action of a case could be. */
function likely(test: TestCase, file: RulesFile): readonly string[] {
  return actionsOf(file).flatMap(({ rule, operation, connection, object }) => {
    const isMeant = test.expect.some(
      (one) => one.operation === operation && one.target === `${connection}/${object}`,
    );
    return isMeant && rule !== undefined ? (file.rules[rule]?.name ?? []) : [];
  });
}

/** Names of the rules that some case makes do something. */
async function tested(
  cases: readonly CaseIn[],
  rules: CompiledRules,
  file: RulesFile,
): Promise<ReadonlySet<string | undefined>> {
  const heard = new Set<string | undefined>();
  const causeOf = causesOf(rules);
  const connections = Object.keys(file.connections);
  let left = MOST_RECORDS;
  for (const { test, file: from } of cases) {
    const records = recordsOf(test);
    if (records === undefined || records > left) {
      for (const name of likely(test, file)) heard.add(name);
      continue;
    }
    left -= records;
    const { causes } = await runCase({ test, file: from, rules, connections });
    for (const cause of causes) heard.add(causeOf(cause).rule);
  }
  return heard;
}

/** Rules that no case makes do anything. `rules` are those of the file, compiled without faults. */
export async function lintUntested(
  cases: readonly CaseIn[],
  rules: CompiledRules,
  file: RulesFile,
): Promise<readonly PathFinding[]> {
  if (file.rules.length === 0) return [];
  if (cases.length === 0)
    return [
      { code: 'check.untested', path: ['rules'], message: 'no rule has a test; write cases under "tests"' },
    ];
  const heard = await tested(cases, rules, file);
  return file.rules.flatMap(({ name }, i) => {
    if (heard.has(name)) return [];
    const message = 'has no test: no case makes it do anything';
    return { code: 'check.untested', path: ['rules', i, 'name'], message };
  });
}
