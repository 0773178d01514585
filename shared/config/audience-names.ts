import { compile } from '../core/compile.js';
import type { CompiledRules } from '../core/compiled.js';
import { bad, type Fault, ok, type Result } from '../core/fault.js';
import type { RulesFile } from '../core/rules.js';
import type { Tools } from '../core/tools.js';
import type { PathFinding } from './places.js';

/** Which audience a record of an export is about. */
export interface AudienceKey {
  readonly id: string;
  readonly namespace: string;
}

/** What the names that people gave audiences in Adobe stand for. */
export interface AudienceNames {
  /** The audience of a name, in a namespace if one is given; bad (`config.audience-name`) when it is none or not one alone. */
  find(name: string, namespace: string | undefined): Result<AudienceKey>;
}

/** An audience of the file whose name in Adobe could not be found. */
export interface Unresolved {
  /** Its name in the file. */
  readonly audience: string;
  /** Its name in Adobe. */
  readonly name: string;
  readonly fault: Fault;
}

/** Rules with the audiences found by name, and those that were not: rules about these do not act. */
export interface ResolvedRules {
  readonly rules: CompiledRules;
  /** By the names in the file. */
  readonly found: ReadonlyMap<string, AudienceKey>;
  readonly unresolved: readonly Unresolved[];
}

/** Compiles the rules of a file again, with what names stand for now. */
export type ResolveRules = (names: AudienceNames) => ResolvedRules;

/** For those who have nothing to look names up in: every name stands for an audience that no export is about. */
export const UNTOLD: AudienceNames = {
  find: (name, namespace = 'ups') => ok({ id: `name:${name}`, namespace }),
};

/** Whether a file has audiences of which it tells only the name. */
export const hasNames = ({ audiences }: RulesFile): boolean =>
  Object.values(audiences).some((ref) => !('id' in ref));

const textOf = ({ id, namespace }: AudienceKey): string => `${namespace.toLowerCase()}/${id}`;

/**
 * A file with the ids of audiences in place of their names. Those that cannot be found are left as they are; so is one that
 * the file declares already under another name, because an export could be about only one of them.
 */
export function withIds(
  file: RulesFile,
  names: AudienceNames,
): { readonly file: RulesFile } & Omit<ResolvedRules, 'rules'> {
  const taken = new Map<string, string>();
  for (const [name, ref] of Object.entries(file.audiences)) if ('id' in ref) taken.set(textOf(ref), name);
  const found = new Map<string, AudienceKey>();
  const unresolved: Unresolved[] = [];
  const entries = Object.entries(file.audiences).map(([audience, ref]) => {
    if ('id' in ref) return [audience, ref] as const;
    const { name, namespace } = ref;
    const answer = names.find(name, namespace);
    const other = answer.ok ? taken.get(textOf(answer.value)) : undefined;
    const key =
      other === undefined
        ? answer
        : bad(
            'config.audience-name',
            `${JSON.stringify(name)} is the audience that the file declares as ${other}`,
          );
    if (!key.ok) {
      unresolved.push({ audience, name, fault: key.fault });
      return [audience, ref] as const;
    }
    taken.set(textOf(key.value), audience);
    found.set(audience, key.value);
    return [audience, key.value] as const;
  });
  return { file: { ...file, audiences: Object.fromEntries(entries) }, found, unresolved };
}

/** Compiles a file that was found right again, as often as names are looked up; undefined when it tells none. */
export function resolverOf(file: RulesFile, tools: Tools): ResolveRules | undefined {
  if (!hasNames(file)) return undefined;
  return (names) => {
    const { file: resolved, ...rest } = withIds(file, names);
    return { rules: compile(resolved, tools).rules, ...rest };
  };
}

/** What is to be said of a file whose names have been looked up. */
export const nameFindings = (file: RulesFile, names: AudienceNames): readonly PathFinding[] =>
  withIds(file, names).unresolved.map(({ audience, fault }) => ({
    code: fault.code,
    severity: 'warning',
    path: ['audiences', audience],
    message: `${fault.message}; until then rules about it do not act`,
  }));
