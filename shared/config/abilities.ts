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

/** Actions that the connector of their connection has no way to do. `able` says what those of each type can do. */
export function unable(file: RulesFile, able = OPERATIONS_OF): readonly PathFinding[] {
  return actionsOf(file).flatMap(({ connection, operation, word, at }) => {
    const type = Object.hasOwn(file.connections, connection) ? file.connections[connection]?.type : undefined;
    const operations = able.get(type ?? '');
    if (operations === undefined || operations.includes(operation)) return [];
    const message = `a connection of type ${quote(type ?? '')} cannot ${quote(word)}; it can ${wordsOf(operations)}`;
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
