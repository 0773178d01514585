import { readFile } from 'node:fs/promises';
import { Fault } from '../core/fault.js';
import { plural } from '../core/plural.js';
import { toolsFor } from '../tools/load.js';
import type { Config } from './load.js';
import { loadPlainConfig } from './plain-config.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads the customer's file for a deployment: YAML, or the JSON that a build makes of it (`.json`). Throws a `config.*`
 * fault that names every place that is wrong.
 */
export async function readConfig(path: string, functions: string | undefined, env: Env): Promise<Config> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = 'point TRIBUTARY_CONFIG at your tributary.yaml';
    throw new Fault('config.unreadable', `${path} cannot be read (${why}); ${hint}`, { cause });
  }
  const tools = await toolsFor(text, functions);
  if (path.endsWith('.json')) {
    const plain = loadPlainConfig(text, path, env, tools);
    if (plain.ok) return plain.value;
    throw plain.fault;
  }
  // Here and not above: what reads YAML is a quarter of all code that would else be read.
  const { formatFinding, loadConfig } = await import('./load.js');
  const loaded = loadConfig(text, path, env, tools);
  if (loaded.ok) return loaded.config;
  const list = loaded.findings.map(formatFinding).join('\n');
  throw new Fault('config.invalid', `${path} has ${plural(loaded.findings.length, 'fault')}:\n${list}`);
}
