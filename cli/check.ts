import { checkConfig } from '../shared/config/check.js';
import { toolsFor } from '../shared/tools/load.js';
import { type CheckOptions, HELP, readCheckOptions } from './check-options.js';
import { findingsJson, findingsText, sumsOf, sumsText } from './check-view.js';
import { paintOf } from './paint.js';
import { readText } from './rules-file.js';
import { complain, runHere, type World } from './world.js';

async function go({ file, functions, strict, json }: CheckOptions, world: World): Promise<number> {
  const text = await readText(file, 'name your file: tributary check FILE');
  const tools = await toolsFor(text, functions ?? world.env['TRIBUTARY_FUNCTIONS']);
  const { findings, rules } = checkConfig(text, file, { settings: world.env, tools });
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
