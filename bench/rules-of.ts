import { compile } from '../shared/core/compile.js';
import type { CompiledRules } from '../shared/core/compiled.js';
import { RulesFile } from '../shared/core/rules.js';
import { NO_TOOLS } from '../shared/core/tools.js';

/** The rules of a file, ready to run. A file with anything wrong in it throws: what it says would not be what is measured. */
export function rulesOf(file: unknown): CompiledRules {
  const { rules, findings } = compile(RulesFile.parse(file), NO_TOOLS);
  if (findings.length > 0)
    throw new Error(`the rules of the benchmark are wrong: ${JSON.stringify(findings)}`);
  return rules;
}
