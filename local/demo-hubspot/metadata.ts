import type { Answer } from '../vendor-answer.js';
import type { Account } from './account.js';
import { json, refusal } from './answer.js';
import type { ObjectType, Property } from './objects.js';

function describe(name: string, property: Property) {
  const { type, label, unique = false, readOnly = false, options = [] } = property;
  return {
    name,
    label,
    type,
    fieldType: type === 'enumeration' ? 'select' : 'text',
    hasUniqueValue: unique,
    calculated: false,
    options: options.map((value) => ({ label: value, value, hidden: false })),
    modificationMetadata: { archivable: true, readOnlyDefinition: false, readOnlyValue: readOnly },
  };
}

/** The properties of an object type. */
export const properties = (type: ObjectType): Answer =>
  json(200, {
    results: Object.entries(type.properties).map(([name, property]) => describe(name, property)),
  });

/** A list without its members. */
export function list(account: Account, listId: string): Answer {
  const found = account.lists.get(listId);
  if (found === undefined) return refusal(404, 'OBJECT_NOT_FOUND', `List does not exist with ID ${listId}.`);
  const { name, processingType, objectTypeId } = found;
  return json(200, { list: { listId, name, processingType, objectTypeId } });
}

/** Whose account it is. */
export const details = (): Answer =>
  json(200, {
    portalId: 4711,
    accountType: 'SANDBOX',
    timeZone: 'Europe/Berlin',
    uiDomain: 'app.hubspot.com',
  });

/** What is left of the day. */
export function usage(account: Account): Answer {
  const { day, limit } = account.limits.used(account.now());
  const resetsAt = new Date((Math.floor(account.now() / 86_400_000) + 1) * 86_400_000).toISOString();
  return json(200, {
    results: [{ name: 'private-apps-api-calls-daily', currentUsage: day, usageLimit: limit, resetsAt }],
  });
}
