import { declared, quote } from '../core/names.js';
import type { RulesFile } from '../core/rules.js';
import type { FilePath } from '../core/scope.js';
import { type ExpectedAction, type GivenRecord, OPERATION_WORDS } from '../core/test-case.js';
import type { PathFinding } from './places.js';

const unknown = (what: string, name: string, known: readonly string[], path: FilePath): PathFinding => ({
  code: 'config.unknown-name',
  path,
  message: `there is no ${what} named ${quote(name)}; ${declared(name, known)}`,
});

const wordOf = ({ operation }: ExpectedAction): string =>
  Object.entries(OPERATION_WORDS).find(([, one]) => one === operation)?.[0] ?? operation;

function lintExpected(action: ExpectedAction, at: FilePath, file: RulesFile): readonly PathFinding[] {
  const [connection = ''] = action.target.split('/');
  if (Object.hasOwn(file.connections, connection)) return [];
  return [unknown('connection', connection, Object.keys(file.connections), [...at, wordOf(action)])];
}

function lintGiven(record: GivenRecord, at: FilePath, file: RulesFile): readonly PathFinding[] {
  if (!('short' in record)) return [];
  const names = [...(record.short.member ?? []), ...(record.short.left ?? [])];
  const strange = names.filter((name) => !Object.hasOwn(file.audiences, name));
  return strange.map((name) => unknown('audience', name, Object.keys(file.audiences), at));
}

/** Names in the cases of a file that lead nowhere: such a case fails, whatever the rules do. */
export function lintCases(file: RulesFile): readonly PathFinding[] {
  return (file.tests ?? []).flatMap(({ given, state = [], expect }, i) => {
    const at: FilePath = ['tests', i];
    return [
      ...state.flatMap((record) => lintGiven(record, [...at, 'state'], file)),
      ...given.flatMap((record) => lintGiven(record, [...at, 'given'], file)),
      ...expect.flatMap((action, j) => lintExpected(action, [...at, 'expect', j], file)),
    ];
  });
}
