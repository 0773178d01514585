import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { checkConfig } from '../shared/config/check.js';
import type { ReadBeside } from '../shared/config/side-files.js';
import { bad, Fault, ok } from '../shared/core/fault.js';
import { toolsFor } from '../shared/tools/load.js';
import { type CheckOptions, HELP, readCheckOptions } from './check-options.js';
import { findingsJson, findingsText, sumsOf, sumsText } from './check-view.js';
import { namesHere } from './known-rules.js';
import { keepLiveFields } from './live-fields.js';
import { paintOf } from './paint.js';
import { readText } from './rules-file.js';
import { besides, TESTS_NAME } from './test-run.js';
import { Watch } from './watch.js';
import { complain, runHere, type World } from './world.js';

/** Reads files that a rule file names, relative to its folder; tells which. */
const readBeside =
  (folder: string, files: string[]): ReadBeside =>
  async (name) => {
    const path = resolve(folder, name);
    files.push(path);
    try {
      return ok(await readFile(path, 'utf8'));
    } catch (cause) {
      const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
      return bad('config.unreadable', `cannot be read (${why})`, { cause });
    }
  };

/** Files of cases as they are: what is wrong with one is a finding. */
const casesBeside = async (file: string) =>
  Promise.all((await besides(file)).map(async (name) => ({ file: name, text: await readText(name, '') })));

const functionsOf = ({ functions }: CheckOptions, { env }: World): string | undefined =>
  functions ?? env['TRIBUTARY_FUNCTIONS'];

/** Checks once; gives the status and the files it depends on besides the rules. */
async function checkOnce(
  options: CheckOptions,
  world: World,
): Promise<{ readonly status: number; readonly files: readonly string[] }> {
  const { file, strict, json } = options;
  const text = await readText(file, 'name your file: tributary check FILE');
  const tests = await casesBeside(file);
  const files: string[] = [];
  const { findings, rules } = await checkConfig(text, file, {
    settings: world.env,
    tools: await toolsFor(text, functionsOf(options, world)),
    read: readBeside(dirname(file), files),
    names: () => namesHere(world),
    tests,
  });
  const sums = sumsOf(findings);
  const paint = paintOf(world.screen.colours);
  const texts = new Map([{ file, text }, ...tests].map((one) => [one.file, one.text]));
  await world.out(
    json
      ? findingsJson(findings, sums, rules)
      : findingsText(findings, texts, paint) + sumsText(sums, file, rules, paint),
  );
  const status = sums.errors > 0 || (strict && sums.warnings > 0) ? 1 : 0;
  return { status, files: [...files, ...tests.map((one) => one.file)] };
}

/** Checks again whenever something changes, until it is to stop; a file that cannot be read is waited for. */
async function keepChecking(options: CheckOptions, world: World): Promise<number> {
  const watch = new Watch((name) => TESTS_NAME.test(name), world.stop);
  try {
    watch.add([options.file, functionsOf(options, world) ?? []].flat());
    let status = 0;
    do {
      try {
        const checked = await checkOnce(options, world);
        watch.add(checked.files.filter((file) => existsSync(dirname(file))));
        status = checked.status;
      } catch (error) {
        status = complain('check', error, world);
      }
      world.err('waiting for changes; Ctrl-C ends this\n');
    } while (await watch.next(world.clock));
    return status;
  } finally {
    watch.close();
  }
}

/** A file with faults is checked all the same: what is wrong with it is said there, in full. False when something could not be had. */
async function askFirst(options: CheckOptions, world: World): Promise<boolean> {
  try {
    return await keepLiveFields(options.file, functionsOf(options, world), world);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const [first] = error.message.split('\n');
    world.err(`not asked to the end: ${error.code}: ${first}\n`);
    return false;
  }
}

/** `tributary check` on a given machine. */
export async function runCheck(args: readonly string[], world: World): Promise<number> {
  try {
    const options = readCheckOptions(args);
    const heard = options?.live ? await askFirst(options, world) : true;
    if (options?.watch) return await keepChecking(options, world);
    if (options) return Math.max(heard ? 0 : 1, (await checkOnce(options, world)).status);
    await world.out(HELP);
    return 0;
  } catch (error) {
    return complain('check', error, world);
  }
}

/** `tributary check`. */
export const check = (args: readonly string[]): Promise<number> =>
  runHere(runCheck, args, { heedsStop: args.includes('--watch') });
