import { readdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { formatFinding } from '../shared/config/load.js';
import type { LoadedRules } from '../shared/config/load-rules.js';
import { type LocatedCase, loadTests, locateCases } from '../shared/config/load-tests.js';
import { Fault } from '../shared/core/fault.js';
import { plural } from '../shared/core/plural.js';
import { runCase } from '../shared/dry-run/run-case.js';
import { causesOf } from '../shared/dry-run/tally.js';
import { junitOf } from './junit.js';
import { type Paint, paintOf } from './paint.js';
import { readRules, readText } from './rules-file.js';
import type { TestOptions } from './test-options.js';
import { caseJson, caseText, passed, type RanCase, sumsJson, sumsText, type TestSums } from './test-view.js';
import type { World } from './world.js';
import { WrongUse } from './wrong-use.js';

/** Names of files of cases. */
export const TESTS_NAME = /\.tests\.ya?ml$/;

/** The files of cases beside a rule file. */
export async function besides(config: string): Promise<readonly string[]> {
  const folder = dirname(config);
  const names = (await readdir(folder)).filter((name) => TESTS_NAME.test(name));
  return names.sort().map((name) => join(folder, name));
}

async function casesIn(file: string): Promise<readonly LocatedCase[]> {
  const loaded = loadTests(await readText(file, 'name files of cases'), file);
  if (loaded.ok) return loaded.cases;
  const list = loaded.findings.map(formatFinding).join('\n');
  throw new Fault('config.invalid', `${file} has ${plural(loaded.findings.length, 'fault')}:\n${list}`);
}

/** All cases that are meant, and the files they came from. */
async function collect(
  { config, files, filter }: TestOptions,
  loaded: LoadedRules,
): Promise<{ readonly cases: readonly LocatedCase[]; readonly files: readonly string[] }> {
  const others = files.length > 0 ? files : await besides(config);
  const own = locateCases(loaded.file.tests ?? [], config, loaded);
  const all = [...own, ...(await Promise.all(others.map(casesIn))).flat()];
  const wanted = filter?.toLowerCase();
  const cases =
    wanted === undefined ? all : all.filter(({ test }) => test.name.toLowerCase().includes(wanted));
  if (all.length > 0 && cases.length === 0)
    throw new WrongUse(`none of ${plural(all.length, 'case')} has ${JSON.stringify(filter)} in its name`);
  return { cases, files: others };
}

/** Files of events that a case names. */
const eventFilesOf = ({ test, file }: LocatedCase): readonly string[] =>
  [...(test.state ?? []), ...test.given].flatMap((one) =>
    'file' in one ? [resolve(dirname(file), one.file)] : [],
  );

function sumsOf(ran: readonly RanCase[], { rules }: LoadedRules): TestSums {
  const causeOf = causesOf(rules);
  const heard = new Set(ran.flatMap(({ result }) => result.causes.map((cause) => causeOf(cause).rule)));
  return {
    cases: ran.length,
    failed: ran.filter((one) => !passed(one)).length,
    silent: [rules, ...rules.shadows]
      .flatMap((all) => all.rules.map(({ name }) => name))
      .filter((name) => !heard.has(name)),
  };
}

/** What a run came to, and the files it depends on besides the rules. */
export interface TestRun {
  readonly status: number;
  readonly files: readonly string[];
}

async function report(ran: readonly RanCase[], { junit }: TestOptions): Promise<void> {
  if (junit === undefined) return;
  try {
    await writeFile(junit, junitOf(ran));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('config.unreadable', `${junit} cannot be written (${why}); check the path`, { cause });
  }
}

async function runOne(located: LocatedCase, loaded: LoadedRules, world: World): Promise<RanCase> {
  const begun = world.clock.now();
  const connections = Object.keys(loaded.file.connections);
  const { test, file } = located;
  const result = await runCase({ test, file, rules: loaded.rules, connections });
  return { ...located, result, ms: world.clock.now() - begun };
}

/** Runs all cases once and tells of them. Throws `config.*` when a file cannot be used. */
export async function runTests(options: TestOptions, world: World): Promise<TestRun> {
  const loaded = await readRules(options.config, options.functions ?? world.env['TRIBUTARY_FUNCTIONS']);
  const { cases, files } = await collect(options, loaded);
  const paint: Paint = paintOf(world.screen.colours);
  const ran: RanCase[] = [];
  for (const located of cases) {
    const one = await runOne(located, loaded, world);
    ran.push(one);
    await world.out(options.json ? caseJson(one) : caseText(one, paint));
  }
  await report(ran, options);
  const sums = sumsOf(ran, loaded);
  if (cases.length === 0) world.err('there are no cases: write some under "tests" (tributary test --help)\n');
  else await world.out(options.json ? sumsJson(sums) : sumsText(sums, paint));
  const status = sums.failed > 0 || cases.length === 0 ? 1 : 0;
  return { status, files: [...files, ...cases.flatMap(eventFilesOf)] };
}
