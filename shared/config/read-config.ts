import { readFile } from 'node:fs/promises';
import { Fault } from '../core/fault.js';
import { toolsFor } from '../tools/load.js';
import { type Config, formatFinding, loadConfig } from './load.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the customer's file for a deployment. Throws a `config.*` fault that names every place that is wrong. */
export async function readConfig(path: string, functions: string | undefined, env: Env): Promise<Config> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = 'point TRIBUTARY_CONFIG at your tributary.yaml';
    throw new Fault('config.unreadable', `${path} cannot be read (${why}); ${hint}`, { cause });
  }
  const loaded = loadConfig(text, path, env, await toolsFor(text, functions));
  if (loaded.ok) return loaded.config;
  const list = loaded.findings.map(formatFinding).join('\n');
  throw new Fault('config.invalid', `${path} has ${loaded.findings.length} fault(s):\n${list}`);
}
