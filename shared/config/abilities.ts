import * as z from 'zod';
import { MISFITS_OF, OPERATIONS_OF } from '../connectors/registry.js';
import { quote } from '../core/names.js';
import type { RulesFile } from '../core/rules.js';
import type { MatchSource } from '../core/source.js';
import { OPERATION_WORDS } from '../core/test-case.js';
import type { PathFinding } from './places.js';
import { actionsOf } from './walk.js';

const wordsOf = (operations: readonly string[]): string =>
  Object.entries(OPERATION_WORDS)
    .filter(([, operation]) => operations.includes(operation))
    .map(([word]) => quote(word))
    .join(', ');

const Refusals = z.looseObject({ operations: z.record(z.string(), z.unknown()) });

/** Operations that a connection itself says it has not: `operations: { delete: false }`. */
function refusedBy(connection: unknown): ReadonlySet<string> {
  const { operations = {} } = Refusals.safeParse(connection).data ?? {};
  return new Set(Object.keys(operations).filter((name) => operations[name] === false));
}

/** Actions that the connector of their connection has no way to do. `able` says what those of each type can do. */
export function unable(file: RulesFile, able = OPERATIONS_OF): readonly PathFinding[] {
  return actionsOf(file).flatMap(({ connection, operation, word, at }) => {
    const raw = Object.hasOwn(file.connections, connection) ? file.connections[connection] : undefined;
    const { type } = raw ?? {};
    const refused = refusedBy(raw);
    const operations = able.get(type ?? '')?.filter((name) => !refused.has(name));
    if (operations === undefined || operations.includes(operation)) return [];
    const kind = refused.has(operation) ? 'this connection' : `a connection of type ${quote(type ?? '')}`;
    const message = `${kind} cannot ${quote(word)}; it can ${wordsOf(operations)}`;
    return { code: 'config.invalid', path: [...at, word], message };
  });
}

/** The text that a template puts into every value; what is hashed or looked up leaves none of it. */
function writtenIn(source: MatchSource): string {
  if (!('template' in source) || source.hash !== undefined || source.lookup !== undefined) return '';
  return source.template.replace(/\{[^{}]*\}/g, '');
}

/** Actions that the connector of their connection would refuse for every record. */
export function misfits(file: RulesFile, of = MISFITS_OF): readonly PathFinding[] {
  return actionsOf(file).flatMap(({ connection: name, operation, object, list, match, set, word, at }) => {
    const connection = Object.hasOwn(file.connections, name) ? file.connections[name] : undefined;
    if (connection === undefined) return [];
    const find = of.get(connection.type);
    const misfit = find?.(connection, {
      operation,
      object,
      list,
      match: Object.keys(match),
      set: Object.keys(set),
      matchText: Object.values(match).map(writtenIn).join(''),
    });
    if (misfit === undefined) return [];
    const member = misfit.at === 'operation' ? word : misfit.at;
    return { code: 'config.invalid', path: [...at, member], message: misfit.message };
  });
}
