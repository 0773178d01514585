import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { type Config, formatFinding, loadConfig } from '../../shared/config/load.js';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { CRM_HOST } from './crm.js';

const File = z.looseObject({
  person: z.record(z.string(), z.unknown()),
  connections: z.record(z.string(), z.unknown()),
  rules: z.array(z.unknown()),
});

/** Connectors have timers of their own, in real time; in virtual time the models give up first, milliseconds. */
const NEVER_MS = 600_000;

/** From dist/ and from the sources the files are found alike. */
function read(path: string): z.infer<typeof File> {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const root = here.replace(/(?:[\\/]dist)?[\\/]local[\\/]chaos[\\/]?$/, '/');
  return File.parse(parse(readFileSync(`${root}${path}`, 'utf8')));
}

/** The demo's rules and more: what the oracles compute a second time. */
export function readRules(): Config {
  const demo = read('local/demo/tributary.yaml');
  const more = read('local/chaos/more-rules.yaml');
  const file = {
    ...demo,
    person: { ...demo.person, ...more.person },
    connections: { ...demo.connections, ...more.connections },
    rules: [...demo.rules, ...more.rules],
  };
  const loaded = loadConfig(stringify(file), 'chaos.yaml', { SALESFORCE_DOMAIN: CRM_HOST }, NO_TOOLS);
  if (!loaded.ok) throw new Error(loaded.findings.map(formatFinding).join('\n'));
  const connections = [...loaded.config.connections].map(
    ([name, config]) => [name, { ...config, timeoutMs: NEVER_MS }] as const,
  );
  return { ...loaded.config, connections: new Map(connections) };
}
