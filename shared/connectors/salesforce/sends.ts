import type { Action, Outcome } from '../../core/remote.js';
import { writeRecords } from './collections.js';
import { isApiName, type SalesforceConfig } from './config.js';
import type { Org } from './org.js';
import { isId, type RecordBody, type Refused, refuse } from './row.js';

/** The external id field that takes the idempotency key of a send; undefined when there is none: it must not be repeated. */
export function onceField({ idempotencyKeys }: SalesforceConfig, object: string): string | undefined {
  return idempotencyKeys && Object.hasOwn(idempotencyKeys, object) ? idempotencyKeys[object] : undefined;
}

/** What a send makes, or why it can never be sent. */
function toRecord(
  { object, fields, idempotencyKey = '' }: Action,
  once: string | undefined,
): RecordBody | Refused {
  if (!isApiName(object)) return refuse('name.malformed', `"${object}" is not the API name of an object.`);
  const names = Object.keys(fields);
  const clash = names.find(
    (name) => isId(name) || [once, 'attributes'].some((own) => own?.toLowerCase() === name.toLowerCase()),
  );
  if (clash !== undefined) return refuse('key.conflict', `"set" must not write "${clash}".`, clash);
  if (once === undefined) return { attributes: { type: object }, ...fields };
  if (idempotencyKey === '') return refuse('key.empty', 'This send has no idempotency key.', once);
  return { attributes: { type: object }, [once]: idempotencyKey, ...fields };
}

const isRefused = (made: RecordBody | Refused): made is Refused =>
  'kind' in made && made.kind === 'rejected' && !('attributes' in made);

/**
 * Makes tasks or other records, or publishes platform events: one request. With an external id field for the idempotency
 * key it is an upsert by that key, so that a repetition makes nothing twice.
 */
export async function sendAll(
  org: Org,
  actions: readonly Action[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const object = actions[0]?.object ?? '';
  const once = onceField(org.config, object);
  const made = actions.map((action) => toRecord(action, once));
  const records = made.filter((one) => !isRefused(one));
  const outcomes =
    once === undefined
      ? await writeRecords(org, 'POST', [], records, { signal, repeatable: false })
      : await writeRecords(org, 'PATCH', [object, once], records, { signal });
  const answers = outcomes.values();
  return made.map((one) => {
    if (isRefused(one)) return one;
    const { value } = answers.next();
    if (value === undefined) throw new Error(`"${org.name}" lost the outcome of a send.`);
    return value;
  });
}
