import type * as z from 'zod';
import { declared, quote } from '../core/names.js';
import type { RulesFile } from '../core/rules.js';
import type { Finding } from '../core/scope.js';
import { FileRule } from '../files/meaning/file-rule.js';
import { isOpen } from '../files/meaning/from.js';
import { addressIn } from '../files/places/address.js';
import { PLACE_AUTHS } from '../files/places/auth.js';
import { expandSettings } from './expand.js';
import { readAs } from './explain.js';
import type { PathFinding } from './places.js';

type Path = PathFinding['path'];

/** The entries of `files:` that may be used, and what is wrong with the others. */
export interface OpenedFiles {
  readonly files: readonly FileRule[];
  readonly findings: readonly PathFinding[];
}

const samePath = (a: Path, b: Path): boolean => a.length === b.length && a.every((step, i) => step === b[i]);

/** The names in Adobe of the audiences of which the file tells only those, by the names it has for them. */
const titlesOf = ({ audiences }: RulesFile): ReadonlyMap<string, string> =>
  new Map(Object.entries(audiences).flatMap(([name, ref]) => ('name' in ref ? [[name, ref.name]] : [])));

/** What is wrong with the `auth` of a place: each kind has its own. */
function authFindings({ from, auth }: FileRule, at: Path): readonly PathFinding[] {
  const address = isOpen(from) ? undefined : addressIn(from);
  if (!address?.ok) return [];
  const schema: z.ZodType = PLACE_AUTHS[address.value.kind];
  const read = readAs(schema, auth ?? {}, [...at, 'auth']);
  return read.ok ? [] : read.findings;
}

/** What the schema of an entry cannot know: the rest of the file. */
function audienceFindings(
  { audience }: FileRule,
  at: Path,
  audiences: readonly string[],
): readonly PathFinding[] {
  if (typeof audience !== 'string' || audiences.includes(audience)) return [];
  const message = `there is no audience named ${quote(audience)}; ${declared(audience, audiences)}`;
  return [{ code: 'config.unknown-name', path: [...at, 'audience'], message }];
}

/**
 * Opens the entries of `files:`, each by itself. `settings` are what `${NAME}` stands for; without them texts are left as they
 * are.
 */
export function openFiles(
  file: RulesFile,
  settings: Readonly<Record<string, string | undefined>> | undefined,
): OpenedFiles {
  const files: FileRule[] = [];
  const findings: PathFinding[] = [];
  const names = new Map<string, number>();
  const audiences = Object.keys(file.audiences);
  const titles = titlesOf(file);
  for (const [i, raw] of (file.files ?? []).entries()) {
    const at = ['files', i] as const;
    const missing: Finding[] = [];
    const read = readAs(FileRule, settings ? expandSettings(raw, settings, at, missing) : raw, at);
    const first = names.get(raw.name);
    if (first !== undefined)
      findings.push({
        code: 'config.invalid',
        path: [...at, 'name'],
        message: `is the name of files[${first}] too`,
      });
    else names.set(raw.name, i);
    findings.push(...missing);
    if (!read.ok)
      findings.push(
        ...read.findings.filter(({ path }) => !missing.some((hole) => samePath(hole.path, path))),
      );
    else {
      const wrong = [...authFindings(read.value, at), ...audienceFindings(read.value, at, audiences)];
      findings.push(...wrong);
      if (wrong.length === 0) files.push(titles.size > 0 ? { ...read.value, titles } : read.value);
    }
  }
  return { files, findings };
}
