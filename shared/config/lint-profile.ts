import { isNamespace, type RulesFile } from '../core/rules.js';
import type { FilePath } from '../core/scope.js';
import type { celChecker } from '../tools/cel-check.js';
import { conditionsOf, type PlacedEscape } from './conditions.js';
import { lintTest } from './lint-tests.js';
import type { PathFinding } from './places.js';
import { atPath, kindsText, type Profile } from './profile-file.js';
import { typesOf } from './profile-types.js';
import { addressOf, type Looking, readOf, readsFindings, unknownPath } from './source-reads.js';
import { actionsOf } from './walk.js';

/** Attribute paths that stand by themselves: what makes a key, what consent is read from, what a rule watches. */
function plainPaths({
  person,
  consent,
  rules,
}: RulesFile): readonly { readonly path: string; readonly at: FilePath }[] {
  return [
    ...person.key.flatMap((path, i) => (isNamespace(path) ? [] : [{ path, at: ['person', 'key', i] }])),
    ...(consent ? [{ path: consent.require, at: ['consent', 'require'] }] : []),
    ...rules.flatMap(({ when }, i) =>
      'changed' in when ? [{ path: when.changed, at: ['rules', i, 'when', 'changed'] }] : [],
    ),
  ];
}

/** What consent is read from must be able to say yes. */
function lintConsent({ consent }: RulesFile, profile: Profile): readonly PathFinding[] {
  const found = consent && atPath(profile, consent.require);
  const kinds = found && 'shape' in found ? found.shape.kinds : undefined;
  if (!kinds || kinds.has('text') || kinds.has('boolean')) return [];
  const message = `never says yes: it must be "y", "in" or true, and the value is ${kindsText(kinds)}`;
  return [{ code: 'check.wrong-type', path: ['consent', 'require'], message }];
}

/** Finds what is wrong with expressions against a declared profile; loaded only for files that have any. */
type CelCheck = ReturnType<typeof celChecker>;

async function celCheckFor(escapes: readonly PlacedEscape[], profile: Profile): Promise<CelCheck> {
  if (!escapes.some(({ kind }) => kind === 'cel')) return () => [];
  return (await import('../tools/cel-check.js')).celChecker(typesOf(profile));
}

/** What cannot be compiled at all another finding tells of. */
function lintCel(text: string, at: FilePath, checkCel: CelCheck, { tools }: Looking): readonly PathFinding[] {
  if (!tools.cel(text).ok) return [];
  return checkCel(text).map(({ at: offset, message, isUnknown }) => ({
    code: isUnknown ? 'check.unknown-path' : 'check.wrong-type',
    path: at,
    message,
    offset,
  }));
}

function lintEscape(
  { kind, text, at }: PlacedEscape,
  checkCel: CelCheck,
  looking: Looking,
): readonly PathFinding[] {
  if (kind === 'cel') return lintCel(text, at, checkCel, looking);
  const found = looking.tools.functions.get(text);
  return found ? readsFindings(found.reads, at, looking) : [];
}

/** What mappings make of values, as far as that can be told. */
function lintSources(file: RulesFile, looking: Looking): readonly PathFinding[] {
  return actionsOf(file).flatMap(({ set, match, at }) => [
    ...Object.entries(match).flatMap(
      ([name, source]) => addressOf(source, [...at, 'match', name], looking).findings,
    ),
    ...Object.entries(set).flatMap(
      ([name, source]) => readOf(source, [...at, 'set', name], looking).findings,
    ),
  ]);
}

async function againstProfile(
  file: RulesFile,
  looking: Looking,
  profile: Profile,
): Promise<readonly PathFinding[]> {
  const { tests, escapes } = conditionsOf(file);
  const paths = plainPaths(file).flatMap(({ path, at }) => {
    const found = atPath(profile, path);
    return 'fault' in found ? unknownPath(at, found.fault) : [];
  });
  const judged = tests.flatMap((placed) => {
    const { subject } = placed.test;
    if (subject.kind !== 'path') return [];
    const found = atPath(profile, subject.path);
    if ('fault' in found) return unknownPath(placed.at, found.fault, placed.test.at);
    return lintTest(placed, found.shape) ?? [];
  });
  const checkCel = await celCheckFor(escapes, profile);
  return [
    ...paths,
    ...lintConsent(file, profile),
    ...judged,
    ...escapes.flatMap((one) => lintEscape(one, checkCel, looking)),
  ];
}

/**
 * Paths that the declared profile does not have, and tests and mappings that no value of its types fulfils. Against a
 * sample, which only shows what may be there, all of them are warnings.
 */
export async function lintProfile(file: RulesFile, looking: Looking): Promise<readonly PathFinding[]> {
  const { profile } = looking;
  const sources = lintSources(file, looking);
  if (!profile) return sources;
  const found = [...(await againstProfile(file, looking, profile)), ...sources];
  return profile.from === 'schema' ? found : found.map((one) => ({ ...one, severity: 'warning' }));
}
