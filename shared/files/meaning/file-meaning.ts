import type { CompiledRules } from '../../core/compiled.js';
import { bad, type Result } from '../../core/fault.js';
import { quote } from '../../core/names.js';
import type { FileEntry } from '../ports.js';
import { type NameReader, nameReader } from './file-name.js';
import type { FileRule } from './file-rule.js';
import { type FileShape, fileShape } from './file-shape.js';
import { type KnownAudiences, knownAudiences } from './known-audiences.js';
import { vocabularyOf } from './vocabulary.js';

/** What one entry of `files:` makes of files, given the rules. */
export interface FileMeaning {
  readonly rule: FileRule;
  readonly audiences: KnownAudiences;
  /** What a name says; undefined when the entry is not about such a file. */
  readonly nameOf: NameReader;
  /**
   * What the rows of a file are. `columns` are those of its table, undefined when each row names its own. Bad (`file.refused`) when
   * the file cannot be meant.
   */
  shapeOf(entry: Pick<FileEntry, 'name' | 'at'>, columns: readonly string[] | undefined): Result<FileShape>;
}

/** Opens an entry of `files:` for rules that have been compiled. */
export function fileMeaning(rule: FileRule, rules: CompiledRules): FileMeaning {
  const audiences = knownAudiences(rules, rule.titles);
  const vocabulary = vocabularyOf(rules, audiences);
  const nameOf = nameReader(rule, audiences);
  return {
    rule,
    audiences,
    nameOf,
    shapeOf(entry, columns) {
      const said = nameOf(entry.name);
      const declared = typeof rule.audience === 'string' ? rule.audience : undefined;
      const known = declared === undefined ? undefined : audiences.declared(declared);
      if (declared !== undefined && !known)
        return bad(
          'file.refused',
          `the id of the audience ${quote(declared)} is not known yet, only its name in Adobe; write its id under audiences`,
        );
      if (!known && said?.stranger !== undefined && rule.audience === undefined)
        return bad(
          'file.refused',
          `its name is about an audience called ${quote(said.stranger)}, which the rule file does not declare; declare it under audiences, or write audience: NAME into its entry in "files"`,
        );
      return fileShape(
        { rule, vocabulary, audience: known ?? said?.audience, at: said?.at ?? entry.at },
        columns,
      );
    },
  };
}
