import type { CompiledRules } from '../core/compiled.js';
import type { RulesFile } from '../core/rules.js';
import type { Tools } from '../core/tools.js';
import type { FileRule } from '../files/meaning/file-rule.js';
import { type ResolveRules, resolverOf } from './audience-names.js';
import { isFatal, openPlain } from './open.js';
import { type Either, type OpenYaml, openYaml } from './open-yaml.js';

/** The part of the customer's file that decides, without the connections. */
export interface LoadedRules extends OpenYaml {
  readonly file: RulesFile;
  readonly rules: CompiledRules;
  /** Entries of `files:`; what stands there as `${NAME}` is left as it is. */
  readonly files: readonly FileRule[];
  /** There when the file tells of some audience only its name in Adobe: `rules` then take it for one that never comes. */
  readonly resolve: ResolveRules | undefined;
}

/**
 * Reads the customer's file as far as its rules go: for those who want to know what the rules say on a machine where no
 * connection could be opened, because its settings and secrets are not there. Otherwise like `loadConfig`.
 */
export function loadRules(text: string, file: string, tools: Tools): Either<LoadedRules> {
  const yaml = openYaml(text, file);
  if (!yaml.ok) return yaml;
  const opened = openPlain(yaml.plain, undefined, tools);
  const faults = opened.findings.filter(isFatal);
  if (!opened.file || faults.length > 0) return { ok: false, findings: yaml.locate(faults) };
  const { file: read, rules, files } = opened;
  return { ...yaml, file: read, rules, files, resolve: resolverOf(read, tools) };
}
