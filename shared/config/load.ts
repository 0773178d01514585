import type { ConnectionConfig } from '../connectors/registry.js';
import type { CompiledRules } from '../core/compiled.js';
import type { Tools } from '../core/tools.js';
import type { FileRule } from '../files/meaning/file-rule.js';
import { type ResolveRules, resolverOf } from './audience-names.js';
import { isFatal, openPlain, type Settings } from './open.js';
import { type Either, openYaml } from './open-yaml.js';
import type { LocatedFinding } from './places.js';

export type { LocatedFinding } from './places.js';

/** A file that may be run. */
export interface Config {
  readonly rules: CompiledRules;
  readonly connections: ReadonlyMap<string, ConnectionConfig>;
  /** Where files of exports lie, and what they mean. */
  readonly files: readonly FileRule[];
  /** There when the file tells of some audience only its name in Adobe: `rules` then take it for one that never comes. */
  readonly resolve: ResolveRules | undefined;
}

export type Loaded = Either<{ readonly config: Config }>;

/**
 * Reads the customer's file: YAML, schema, names, settings and connections. Gives every fault it can find, each with
 * its line and column, or a configuration that may be run. `settings` are what `${NAME}` stands for in connections;
 * `tools` are those the text needs, or more.
 */
export function loadConfig(text: string, file: string, settings: Settings, tools: Tools): Loaded {
  const yaml = openYaml(text, file);
  if (!yaml.ok) return yaml;
  const opened = openPlain(yaml.plain, settings, tools);
  const faults = opened.findings.filter(isFatal);
  if (!opened.file || faults.length > 0) return { ok: false, findings: yaml.locate(faults) };
  const { rules, connections, files, file: read } = opened;
  return {
    ok: true,
    config: { rules, connections, files, resolve: resolverOf(read, tools) },
  };
}

/** `file:line:column code message`, one line. */
export const formatFinding = ({ file, line, column, code, message }: LocatedFinding): string =>
  `${file}:${line}:${column} ${code} ${message}`;
