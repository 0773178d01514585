import { ConnectionConfig } from '../connectors/registry.js';
import { compile } from '../core/compile.js';
import type { CompiledRules } from '../core/compiled.js';
import { CONNECTION_MEMBERS, type RulesFile } from '../core/rules.js';
import type { Finding } from '../core/scope.js';
import type { Tools } from '../core/tools.js';
import type { FileRule } from '../files/meaning/file-rule.js';
import { misfits, unable } from './abilities.js';
import { UNTOLD, withIds } from './audience-names.js';
import { expandSettings } from './expand.js';
import { readAs } from './explain.js';
import { severityOf } from './kinds.js';
import { openFiles } from './open-files.js';
import type { PathFinding } from './places.js';
import { readFile } from './read-file.js';

/** What `${NAME}` stands for in connections. */
export type Settings = Readonly<Record<string, string | undefined>>;

/** A connection's members that are about the rules, not for its connector. */
const OURS = new Set(Object.keys(CONNECTION_MEMBERS));

const samePath = (a: PathFinding['path'], b: PathFinding['path']): boolean =>
  a.length === b.length && a.every((step, i) => step === b[i]);

function openConnection(
  name: string,
  raw: Readonly<Record<string, unknown>>,
  settings: Settings,
): { config?: ConnectionConfig; findings: readonly PathFinding[] } {
  const own = Object.fromEntries(Object.entries(raw).filter(([member]) => !OURS.has(member)));
  const missing: Finding[] = [];
  const expanded = expandSettings(own, settings, ['connections', name], missing);
  const parsed = readAs(ConnectionConfig, expanded, ['connections', name]);
  if (parsed.ok) return missing.length > 0 ? { findings: missing } : { config: parsed.value, findings: [] };
  // A text that a setting is missing in is wrong for that reason alone.
  const others = parsed.findings.filter(({ path }) => !missing.some((hole) => samePath(hole.path, path)));
  return { findings: [...missing, ...others] };
}

function openConnections(
  file: RulesFile,
  settings: Settings,
  spoilt: ReadonlySet<string>,
): Pick<Opened, 'connections' | 'findings'> {
  const connections = new Map<string, ConnectionConfig>();
  const findings: (readonly PathFinding[])[] = [];
  for (const [name, raw] of Object.entries(file.connections)) {
    if (spoilt.has(name)) continue;
    const opened = openConnection(name, raw, settings);
    if (opened.config) connections.set(name, opened.config);
    findings.push(opened.findings);
  }
  return { connections, findings: findings.flat() };
}

/** Whether a text holds nothing but comments: the schema would only say that it is no object. */
const EMPTY: PathFinding = {
  code: 'config.invalid',
  path: [],
  message: 'the file is empty; it must have audiences, person, connections and rules',
};

/** A file, as much of it as is right, and what is wrong with the rest. */
export interface Opened {
  readonly file: RulesFile;
  readonly rules: CompiledRules;
  readonly connections: ReadonlyMap<string, ConnectionConfig>;
  /** The entries of `files:`. */
  readonly files: readonly FileRule[];
  readonly findings: readonly PathFinding[];
  /** The path in the file itself of a path in what is left of it here. */
  readonly original: (path: PathFinding['path']) => PathFinding['path'];
}

/**
 * Everything after YAML: schema, names, settings and connections; of a file with faults, as much as can be read. Without
 * settings connections are left unopened.
 */
export function openPlain(
  plain: unknown,
  settings: Settings | undefined,
  tools: Tools,
): Opened | { readonly file: undefined; readonly findings: readonly PathFinding[] } {
  if (plain === null) return { file: undefined, findings: [EMPTY] };
  const { file, findings, original, spoilt } = readFile(plain);
  if (!file) return { file, findings };
  // Whether a name can be found is for those who have something to look it up in.
  const compiled = compile(withIds(file, UNTOLD).file, tools);
  const opened = settings && openConnections(file, settings, spoilt);
  const files = openFiles(file, settings);
  const found = [
    ...compiled.findings,
    ...(opened?.findings ?? []),
    ...files.findings,
    ...unable(file),
    ...misfits(file),
  ];
  return {
    file,
    rules: compiled.rules,
    connections: opened?.connections ?? new Map(),
    files: files.files,
    findings: [...findings, ...found.map((finding) => ({ ...finding, path: original(finding.path) }))],
    original,
  };
}

/** Whether a finding keeps the file from running. */
export const isFatal = ({ code, severity = severityOf(code) }: PathFinding): boolean => severity === 'error';
