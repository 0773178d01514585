import { readFile } from 'node:fs/promises';
import { formatFinding } from '../shared/config/load.js';
import { type LoadedRules, loadRules } from '../shared/config/load-rules.js';
import { Fault } from '../shared/core/fault.js';
import { plural } from '../shared/core/plural.js';
import { toolsFor } from '../shared/tools/load.js';

/** The file a command works with when none is named. */
export const DEFAULT_CONFIG = 'tributary.yaml';

/** A text file; `config.unreadable` with a hint when it cannot be read. */
export async function readText(path: string, hint: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('config.unreadable', `${path} cannot be read (${why}); ${hint}`, { cause });
  }
}

/** What is said of the option for functions. */
export const FUNCTIONS_HELP = `--functions FILE   your functions for rules (TRIBUTARY_FUNCTIONS)`;

/**
 * The rules of a file; no setting or secret is needed. `functions` is the customer's file of functions, if there is one; `hint` what
 * to do about a file that cannot be read.
 * Throws `config.*` with every finding.
 */
export async function readRules(
  path: string,
  functions: string | undefined,
  hint = 'name your file with --config FILE',
): Promise<LoadedRules> {
  const text = await readText(path, hint);
  const loaded = loadRules(text, path, await toolsFor(text, functions));
  if (loaded.ok) return loaded;
  const list = loaded.findings.map(formatFinding).join('\n');
  throw new Fault('config.invalid', `${path} has ${plural(loaded.findings.length, 'fault')}:\n${list}`);
}
