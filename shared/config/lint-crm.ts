import { declared, quote } from '../core/names.js';
import type { RemoteField } from '../core/remote-field.js';
import type { RulesFile } from '../core/rules.js';
import type { FilePath } from '../core/scope.js';
import { type FieldSource, isConstant } from '../core/source.js';
import type { FieldLists } from './field-lists.js';
import type { LintCode } from './kinds.js';
import type { PathFinding } from './places.js';
import { kindsText } from './profile-file.js';
import type { Kind } from './shape.js';
import { type Looking, readOf } from './source-reads.js';
import { actionsOf, type PlacedAction } from './walk.js';

type Fields = FieldLists[string];

const KINDS: Readonly<Record<RemoteField['type'], readonly Kind[] | undefined>> = {
  text: ['text'],
  number: ['number'],
  boolean: ['boolean'],
  date: ['text'],
  datetime: ['text'],
  choice: ['text'],
  any: undefined,
};

const own = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

const say = (code: LintCode, path: FilePath, message: string): PathFinding => ({ code, path, message });

/** Constants, and what a table gives, are known to the letter; what the profile may hold is not ours to mend. */
const isWritten = (source: FieldSource): boolean =>
  isConstant(source) || ('lookup' in source && source.lookup !== undefined);

/** What is wrong with a value for a field, or nothing. */
function unfit(field: RemoteField, source: FieldSource, at: FilePath, looking: Looking): string | undefined {
  if (field.readonly) return 'is written by the system alone';
  const { kinds, values } = readOf(source, at, looking).known;
  const needed = KINDS[field.type];
  if (kinds && needed && !needed.some((kind) => kinds.has(kind)))
    return `takes ${kindsText(needed)}, and the value is ${kindsText(kinds)}`;
  if (!values || !isWritten(source)) return undefined;
  const texts = [...values].filter((value) => typeof value === 'string');
  const choices = field.type === 'choice' ? field.values : undefined;
  const stray = choices && texts.find((text) => !choices.includes(text));
  if (choices && stray !== undefined)
    return `is never ${quote(stray)}; ${declared(stray, choices, 'possible')}`;
  const long = texts.find((text) => text.length > (field.length ?? Number.POSITIVE_INFINITY));
  return long === undefined ? undefined : `takes ${field.length} characters, and the text has ${long.length}`;
}

const unknownField = (name: string, { connection, object }: PlacedAction, fields: Fields): string =>
  `there is no field ${quote(name)} in ${quote(`${connection}/${object}`)}; ${declared(name, Object.keys(fields), 'known')}`;

function lintMatch(action: PlacedAction, fields: Fields): readonly PathFinding[] {
  const keys = Object.keys(fields).filter((name) => fields[name]?.key);
  return Object.keys(action.match).flatMap((name) => {
    const path = [...action.at, 'match', name];
    const field = own(fields, name);
    if (!field) return say('check.unknown-field', path, unknownField(name, action, fields));
    if (field.key || keys.length === 0) return [];
    return say('check.unfit-field', path, `is no key: rows can be matched on ${keys.map(quote).join(', ')}`);
  });
}

function lintSet(action: PlacedAction, fields: Fields, looking: Looking): readonly PathFinding[] {
  return Object.entries(action.set).flatMap(([name, source]) => {
    const path = [...action.at, 'set', name];
    const field = own(fields, name);
    if (!field) return say('check.unknown-field', path, unknownField(name, action, fields));
    const wrong = unfit(field, source, path, looking);
    return wrong === undefined ? [] : say('check.unfit-field', path, wrong);
  });
}

/** A new row needs its required fields; any action of the file on such rows may bring them. */
function lintRequired(
  action: PlacedAction,
  fields: Fields,
  all: readonly PlacedAction[],
): readonly PathFinding[] {
  if (action.operation !== 'upsert') return [];
  const { connection, object } = action;
  const same = all.filter((other) => other.connection === connection && other.object === object);
  const brought = new Set(same.flatMap(({ set, match }) => [...Object.keys(set), ...Object.keys(match)]));
  const missing = Object.keys(fields).filter((name) => fields[name]?.required && !brought.has(name));
  if (missing.length === 0) return [];
  const message = `makes rows without ${missing.map(quote).join(', ')}, which a new row must have`;
  return [say('check.unfit-field', [...action.at, action.word], message)];
}

/** Holds what actions write against the fields that connections are known to have. */
export function lintCrm(
  file: RulesFile,
  lists: ReadonlyMap<string, FieldLists>,
  looking: Looking,
): readonly PathFinding[] {
  const all = actionsOf(file);
  const told = new Set<string>();
  return all.flatMap((action) => {
    const list = lists.get(action.connection);
    if (!list) return [];
    const fields = own(list, action.object);
    if (!fields) {
      const message = `the list of fields has no object ${quote(action.object)}; ${declared(action.object, Object.keys(list), 'known')}`;
      const path = [...action.at, action.word];
      return [{ ...say('check.unknown-field', path, message), severity: 'warning' }];
    }
    const target = `${action.connection}/${action.object}`;
    const required =
      action.operation === 'upsert' && !told.has(target) ? lintRequired(action, fields, all) : [];
    if (required.length > 0) told.add(target);
    return [...required, ...lintMatch(action, fields), ...lintSet(action, fields, looking)];
  });
}
