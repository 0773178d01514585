import { bad, ok, type Result } from '../core/fault.js';
import { plural } from '../core/plural.js';
import type { Tools } from '../core/tools.js';
import { resolverOf } from './audience-names.js';
import type { Config } from './load.js';
import { isFatal, openPlain, type Settings } from './open.js';
import { pathName } from './path-name.js';

function parsed(text: string, file: string): Result<unknown> {
  try {
    return ok(JSON.parse(text));
  } catch (cause) {
    const text = `${file} is no JSON, as a build writes it; build the package again`;
    return bad('config.syntax', text, { cause });
  }
}

/**
 * Reads the customer's file as a build has written it: JSON, checked before, so that a cold start need not load what reads
 * YAML. What is wrong all the same, a setting that is missing for instance, is told by its path: there are no lines.
 */
export function loadPlainConfig(
  text: string,
  file: string,
  settings: Settings,
  tools: Tools,
): Result<Config> {
  const plain = parsed(text, file);
  if (!plain.ok) return plain;
  const opened = openPlain(plain.value, settings, tools);
  const faults = opened.findings.filter(isFatal);
  if (!opened.file || faults.length > 0) {
    const list = faults.map(({ code, path, message }) => `${file} ${code} ${pathName(path)}: ${message}`);
    return bad('config.invalid', `${file} has ${plural(faults.length, 'fault')}:\n${list.join('\n')}`);
  }
  const { rules, connections, files, file: read } = opened;
  return ok({ rules, connections, files, resolve: resolverOf(read, tools) });
}
