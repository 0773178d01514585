import { compile } from '../core/compile.js';
import type { CompiledRules } from '../core/compiled.js';
import { RulesFile } from '../core/rules.js';
import type { Tools } from '../core/tools.js';
import { readAs } from './explain.js';
import { EMPTY } from './load.js';
import { type LocatedFinding, locate, type PathFinding, placed } from './places.js';
import { readYaml } from './yaml-text.js';

/** A YAML file whose parts can be found again. */
export interface OpenYaml {
  readonly plain: unknown;
  /** Gives findings their places in the file. */
  readonly locate: (findings: readonly PathFinding[]) => readonly LocatedFinding[];
}

type Either<T> =
  | ({ readonly ok: true } & T)
  | { readonly ok: false; readonly findings: readonly LocatedFinding[] };

/** Reads a text as YAML; gives what is wrong with it otherwise. */
export function openYaml(text: string, file: string): Either<OpenYaml> {
  const yaml = readYaml(text);
  const source = { file, text };
  if ('document' in yaml)
    return { ok: true, plain: yaml.plain, locate: (findings) => locate(findings, yaml, source) };
  const findings = yaml.map(({ offset, message }) =>
    placed(source, offset, { code: 'config.syntax', message }),
  );
  return { ok: false, findings };
}

/** The part of the customer's file that decides, without the connections. */
export interface LoadedRules extends OpenYaml {
  readonly file: RulesFile;
  readonly rules: CompiledRules;
}

/**
 * Reads the customer's file as far as its rules go: for those who want to know what the rules say on a machine where no
 * connection could be opened, because its settings and secrets are not there. Otherwise like `loadConfig`.
 */
export function loadRules(text: string, file: string, tools: Tools): Either<LoadedRules> {
  const yaml = openYaml(text, file);
  if (!yaml.ok) return yaml;
  if (yaml.plain === null) return { ok: false, findings: yaml.locate([EMPTY]) };
  const parsed = readAs(RulesFile, yaml.plain, []);
  if (!parsed.ok) return { ok: false, findings: yaml.locate(parsed.findings) };
  const { rules, findings } = compile(parsed.value, tools);
  const errors = findings.filter(({ severity }) => severity !== 'warning');
  if (errors.length > 0) return { ok: false, findings: yaml.locate(errors) };
  return { ...yaml, file: parsed.value, rules };
}
