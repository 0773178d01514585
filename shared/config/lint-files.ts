import type { CompiledRules } from '../core/compiled.js';
import { quote } from '../core/names.js';
import { isNamespace, type RulesFile } from '../core/rules.js';
import { headerMeaning, type Meaning, placeOf, targetMeaning } from '../files/meaning/column-meaning.js';
import type { FileRule } from '../files/meaning/file-rule.js';
import { knownAudiences } from '../files/meaning/known-audiences.js';
import { type Vocabulary, vocabularyOf } from '../files/meaning/vocabulary.js';
import { hostKeyFindings, overlapFindings, type Placed } from './lint-file-places.js';
import type { PathFinding } from './places.js';

type Path = PathFinding['path'];

const warning = (code: PathFinding['code'], path: Path, message: string): PathFinding => ({
  code,
  path,
  message,
});

/** Why a target reaches no rule; undefined when it does. */
function unread(meaning: Meaning, { audiences, places, namespaces }: Vocabulary): string | undefined {
  if (meaning.kind === 'attribute' && !places.has(meaning.path)) return `no rule reads ${meaning.path}`;
  if (meaning.kind === 'identity' && !namespaces.has(meaning.namespace.toLowerCase()))
    return `${quote(meaning.namespace)} is no key of person.key, and no rule reads it`;
  if ((meaning.kind === 'status' || meaning.kind === 'time') && meaning.of !== 'own')
    return audiences.isDeclared(meaning.of)
      ? undefined
      : `the audience ${meaning.of.namespace}/${meaning.of.id} is not declared`;
  return undefined;
}

function columnFindings({ rule, at }: Placed, vocabulary: Vocabulary): readonly PathFinding[] {
  const places = new Map<string, string>();
  return Object.entries(rule.columns).flatMap(([header, target]) => {
    const path = [...at, 'columns', header];
    const meaning = targetMeaning(target, vocabulary);
    const place = placeOf(meaning);
    const other = place === undefined ? undefined : places.get(place);
    if (place !== undefined) places.set(place, header);
    if (other !== undefined) {
      const message = `is about ${place}, and so is ${quote(other)}: a file that has both is refused`;
      return [warning('check.file-columns', path, message)];
    }
    const why = unread(meaning, vocabulary);
    return why === undefined ? [] : [warning('check.file-columns', path, `nothing comes of it: ${why}`)];
  });
}

/** Whether any column gives an attribute, or something around it. */
const gives = (meanings: readonly Meaning[], path: string): boolean =>
  meanings.some(
    (meaning) =>
      meaning.kind === 'attribute' &&
      (meaning.path === path || path.startsWith(`${meaning.path}.`) || path.startsWith(`${meaning.path}[`)),
  );

/** Where the names of all columns are declared, it is known what a file cannot hold. */
function supplyFindings(
  { rule, at }: Placed,
  vocabulary: Vocabulary,
  file: RulesFile,
): readonly PathFinding[] {
  const header = rule.csv?.header;
  if (typeof header !== 'object') return [];
  const meanings = header.map((name) => {
    const target = Object.hasOwn(rule.columns, name) ? rule.columns[name] : undefined;
    return target ? targetMeaning(target, vocabulary) : headerMeaning(name, vocabulary);
  });
  const path = [...at, 'csv', 'header'];
  const hasKey = file.person.key.some((key) =>
    isNamespace(key)
      ? meanings.some(
          (meaning) => meaning.kind === 'identity' && meaning.namespace.toLowerCase() === key.toLowerCase(),
        )
      : gives(meanings, key),
  );
  if (!hasKey) {
    const message = `none of these columns is a key of person.key (${file.person.key.join(', ')}): every such file is refused; say under columns which one is`;
    return [warning('check.file-unsupplied', path, message)];
  }
  const missing = [...vocabulary.places.values()].filter(
    ({ path: read, hasInside }) => !hasInside && !gives(meanings, read),
  );
  if (missing.length === 0) return [];
  const names = missing.map(({ path: read }) => read).slice(0, 10);
  const more = missing.length > names.length ? ` and ${missing.length - names.length} more` : '';
  return [
    warning('check.file-unsupplied', path, `rules read what no column holds: ${names.join(', ')}${more}`),
  ];
}

/** A full export holds members only: a status says that exits are in the file, as in an incremental one. */
function snapshotFindings({ rule, at }: Placed): readonly PathFinding[] {
  if (!rule.snapshot) return [];
  const status = Object.entries(rule.columns).find(([, { to }]) => to === 'status');
  if (!status) return [];
  const message = `${quote(status[0])} is a status, as incremental exports have it, and those hold only who changed: everybody else would count as gone; leave snapshot out, or the status if it is a full export`;
  return [warning('check.file-snapshot', [...at, 'snapshot'], message)];
}

/** What says how CSV is written says nothing of other formats. */
function unusedFindings({ rule, at }: Placed): readonly PathFinding[] {
  const { csv, format } = rule;
  if (csv === undefined || format === undefined || format === 'csv') return [];
  const message = `says how CSV is written, and these files are ${format}: nothing comes of it; leave it out, or the format if they are CSV`;
  return [warning('check.file-unused', [...at, 'csv'], message)];
}

/** What the entries of `files:` would do that was hardly meant, held against the rules. */
export function lintFiles({
  file,
  rules,
  files,
}: {
  readonly file: RulesFile;
  readonly rules: CompiledRules;
  readonly files: readonly FileRule[];
}): readonly PathFinding[] {
  const vocabulary = vocabularyOf(rules, knownAudiences(rules));
  const names = (file.files ?? []).map(({ name }) => name);
  const entries = files.map((rule) => ({ rule, at: ['files', names.indexOf(rule.name)] }));
  return [
    ...entries.flatMap((entry) => [
      ...columnFindings(entry, vocabulary),
      ...supplyFindings(entry, vocabulary, file),
      ...snapshotFindings(entry),
      ...unusedFindings(entry),
      ...hostKeyFindings(entry),
    ]),
    ...overlapFindings(entries, vocabulary.audiences),
  ];
}
