import * as z from 'zod';
import type { Answer } from '../vendor-answer.js';
import type { Account } from './account.js';
import { json, parse, refusal } from './answer.js';

const Ids = z.array(z.string()).max(100_000);

/** Adds to a list or takes from it. Ids of nobody, of members and of strangers are passed over. */
export function change(account: Account, listId: string, verb: string, text: string): Answer {
  const list = account.lists.get(listId);
  if (list === undefined)
    return refusal(404, 'OBJECT_NOT_FOUND', `List does not exist with ID ${listId}.`, {
      subCategory: 'ILS.LIST_NOT_FOUND',
    });
  if (list.processingType === 'DYNAMIC')
    return refusal(400, 'VALIDATION_ERROR', 'Members of a DYNAMIC list cannot be changed.');
  const ids = Ids.safeParse(parse(text));
  if (!ids.success) return refusal(400, 'VALIDATION_ERROR', 'Invalid input JSON: a list of ids as texts');
  const [type = ''] = Object.entries(account.types).find(([, { id }]) => id === list.objectTypeId) ?? [];
  const there = ids.data.filter((id) => account.records.byId(type, id) !== undefined);
  const moved = there.filter((id) => list.members.has(id) === (verb === 'remove'));
  for (const id of moved) {
    if (verb === 'remove') list.members.delete(id);
    else list.members.add(id);
  }
  return json(200, {
    recordsIdsAdded: verb === 'add' ? moved : [],
    recordIdsRemoved: verb === 'remove' ? moved : [],
    recordIdsMissing: ids.data.filter((id) => !there.includes(id)),
  });
}
