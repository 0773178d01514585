import { ConnectionConfig } from '../connectors/registry.js';
import { compile } from '../core/compile.js';
import type { CompiledRules } from '../core/compiled.js';
import { RulesFile } from '../core/rules.js';
import type { Finding } from '../core/scope.js';
import type { Tools } from '../core/tools.js';
import { expandSettings } from './expand.js';
import { readAs } from './explain.js';
import { type LocatedFinding, locate, type PathFinding, placed } from './places.js';
import { readYaml } from './yaml-text.js';

export type { LocatedFinding } from './places.js';

/** A file that may be run. */
export interface Config {
  readonly rules: CompiledRules;
  readonly connections: ReadonlyMap<string, ConnectionConfig>;
}

export type Loaded =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly findings: readonly LocatedFinding[] };

type Settings = Readonly<Record<string, string | undefined>>;

function openConnections(
  file: RulesFile,
  settings: Settings,
): { connections: Map<string, ConnectionConfig>; findings: readonly PathFinding[] } {
  const connections = new Map<string, ConnectionConfig>();
  const findings: PathFinding[][] = [];
  for (const [name, raw] of Object.entries(file.connections)) {
    const missing: Finding[] = [];
    const expanded = expandSettings(raw, settings, ['connections', name], missing);
    findings.push(missing);
    if (missing.length > 0) continue;
    const parsed = readAs(ConnectionConfig, expanded, ['connections', name]);
    if (parsed.ok) connections.set(name, parsed.value);
    else findings.push([...parsed.findings]);
  }
  return { connections, findings: findings.flat() };
}

/** Whether a text holds nothing but comments: the schema would only say that it is no object. */
export const EMPTY: PathFinding = {
  code: 'config.invalid',
  path: [],
  message: 'the file is empty; it must have audiences, person, connections and rules',
};

/** Everything after YAML: schema, names, settings and connections. */
function read(
  plain: unknown,
  settings: Settings,
  tools: Tools,
): { config?: Config; findings: readonly PathFinding[] } {
  if (plain === null) return { findings: [EMPTY] };
  const parsed = readAs(RulesFile, plain, []);
  if (!parsed.ok) return parsed;
  const { rules, findings } = compile(parsed.value, tools);
  const { connections, findings: faults } = openConnections(parsed.value, settings);
  return { config: { rules, connections }, findings: [...findings, ...faults] };
}

/**
 * Reads the customer's file: YAML, schema, names, settings and connections. Gives every fault it can find, each with
 * its line and column, or a configuration that may be run. `settings` are what `${NAME}` stands for in connections;
 * `tools` are those the text needs, or more.
 */
export function loadConfig(text: string, file: string, settings: Settings, tools: Tools): Loaded {
  const yaml = readYaml(text);
  const source = { file, text };
  if (!('document' in yaml)) {
    const findings = yaml.map(({ offset, message }) =>
      placed(source, offset, { code: 'config.syntax', message }),
    );
    return { ok: false, findings };
  }
  const { config, findings } = read(yaml.plain, settings, tools);
  if (config && findings.length === 0) return { ok: true, config };
  return { ok: false, findings: locate(findings, yaml, source) };
}

/** `file:line:column code message`, one line. */
export const formatFinding = ({ file, line, column, code, message }: LocatedFinding): string =>
  `${file}:${line}:${column} ${code} ${message}`;
