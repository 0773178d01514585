import type { FindMisfit } from '../misfit.js';
import { RECORD_ID } from './row.js';

/** What every record would be refused for: sends without a key, fields of a membership, record ids of one's own choice. */
export const hubspotMisfit: FindMisfit = (connection, { operation, match, set }) => {
  if (operation === 'send' && connection['sendKey'] === undefined)
    return {
      at: 'operation',
      message:
        'needs "sendKey" in the connection, a property with unique values: without it HubSpot would make the record again when asked again',
    };
  if (operation === 'add' && set.length > 0)
    return {
      at: 'set',
      message:
        'is not possible here: being on a HubSpot list has no properties; write those of the record by an "update"',
    };
  if (operation === 'upsert' && match.includes(RECORD_ID))
    return { at: 'match', message: `cannot be ${RECORD_ID}, which nobody can choose; use "update"` };
  return undefined;
};
