import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { checkConfig } from '../shared/config/check.js';
import type { ReadBeside } from '../shared/config/side-files.js';
import { bad, ok } from '../shared/core/fault.js';
import { toolsFor } from '../shared/tools/load.js';
import { type CheckOptions, HELP, readCheckOptions } from './check-options.js';
import { findingsJson, findingsText, sumsOf, sumsText } from './check-view.js';
import { paintOf } from './paint.js';
import { readText } from './rules-file.js';
import { complain, runHere, type World } from './world.js';

/** Reads files that a rule file names, relative to its folder. */
const readBeside =
  (folder: string): ReadBeside =>
  async (name) => {
    try {
      return ok(await readFile(resolve(folder, name), 'utf8'));
    } catch (cause) {
      const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
      return bad('config.unreadable', `cannot be read (${why})`, { cause });
    }
  };

async function go({ file, functions, strict, json }: CheckOptions, world: World): Promise<number> {
  const text = await readText(file, 'name your file: tributary check FILE');
  const tools = await toolsFor(text, functions ?? world.env['TRIBUTARY_FUNCTIONS']);
  const read = readBeside(dirname(file));
  const { findings, rules } = await checkConfig(text, file, { settings: world.env, tools, read });
  const sums = sumsOf(findings);
  const paint = paintOf(world.screen.colours);
  await world.out(
    json
      ? findingsJson(findings, sums, rules)
      : findingsText(findings, text, paint) + sumsText(sums, file, rules, paint),
  );
  return sums.errors > 0 || (strict && sums.warnings > 0) ? 1 : 0;
}

/** `tributary check` on a given machine. */
export async function runCheck(args: readonly string[], world: World): Promise<number> {
  try {
    const options = readCheckOptions(args);
    if (options) return await go(options, world);
    await world.out(HELP);
    return 0;
  } catch (error) {
    return complain('check', HELP, error, world);
  }
}

/** `tributary check`. */
export const check = (args: readonly string[]): Promise<number> => runHere(runCheck, args);
