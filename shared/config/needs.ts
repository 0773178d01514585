import type { Need } from '../core/remote.js';
import type { RulesFile } from '../core/rules.js';
import { actionsOf } from './walk.js';

const distinct = <T>(all: readonly T[]): readonly T[] => [...new Set(all)];

/** What the rules of a file ask of one connection, by object, in the order in which the file names them. */
export function needsOf(file: RulesFile, connection: string): readonly Need[] {
  const actions = actionsOf(file).filter((action) => action.connection === connection);
  return distinct(actions.map(({ object }) => object)).map((object) => {
    const own = actions.filter((action) => action.object === object);
    // What is set together with a place on a list is about the place; only its connector knows where it goes.
    const rows = own.filter(({ list }) => list === undefined);
    return {
      object,
      operations: distinct(own.map(({ operation }) => operation)),
      keys: distinct(own.flatMap(({ match }) => Object.keys(match))),
      fields: distinct(rows.flatMap(({ set }) => Object.keys(set))),
      lists: distinct(own.flatMap(({ list }) => list ?? [])),
    };
  });
}
