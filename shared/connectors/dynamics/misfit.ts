import type { FindMisfit } from '../misfit.js';
import { isGuid, unfitCharacter } from './address.js';
import { memberTableOf } from './member-table.js';

/**
 * What every record would be refused for: keys with a character that cannot work, lists that are no GUIDs or hold no such
 * rows, columns of a membership.
 */
export const dynamicsMisfit: FindMisfit = (_, { operation, object, list, set, matchText }) => {
  const unfit = unfitCharacter(matchText);
  if (unfit !== undefined)
    return {
      at: 'match',
      message: `has ${unfit} in its template, which cannot work in a key of Dataverse; use the bare id, or a hash`,
    };
  if (operation !== 'add' && operation !== 'remove') return undefined;
  if (memberTableOf(object) === undefined)
    return {
      at: 'operation',
      message: `is not possible with ${object}: marketing lists hold contacts, accounts or leads`,
    };
  if (list !== undefined && !isGuid(list))
    return { at: 'list', message: 'must be the GUID of a static marketing list (listid in its address)' };
  if (set.length > 0)
    return {
      at: 'set',
      message:
        'is not possible here: being on a marketing list has no columns; write those of the row by an "update"',
    };
  return undefined;
};
