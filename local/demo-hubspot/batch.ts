import * as z from 'zod';
import type { Answer } from '../vendor-answer.js';
import type { Account, Asking } from './account.js';
import { error, json, parse, refusal } from './answer.js';
import { valueError } from './objects.js';
import type { StoredRecord } from './records.js';

const MAX_INPUTS = 100;

const Input = z.strictObject({
  id: z.string().min(1),
  idProperty: z.string().optional(),
  objectWriteTraceId: z.string().optional(),
  // Numbers, booleans and null are refused: every property is a text.
  properties: z.record(z.string(), z.string()),
});
type Input = z.infer<typeof Input>;
const Write = z.strictObject({ inputs: z.array(Input).min(1).max(MAX_INPUTS) });
const Read = z.strictObject({
  idProperty: z.string().optional(),
  properties: z.array(z.string()),
  propertiesWithHistory: z.array(z.string()),
  inputs: z
    .array(z.strictObject({ id: z.string().min(1) }))
    .min(1)
    .max(MAX_INPUTS),
});
const Archive = z.strictObject({ inputs: Read.shape.inputs });

const invalid = (message: string): Answer => refusal(400, 'VALIDATION_ERROR', message);

/** The body of an answer to a batch; results come in no order that could be relied on. */
function complete(
  account: Account,
  path: string,
  results: readonly unknown[],
  errors: readonly unknown[],
): Answer {
  const at = new Date(account.now()).toISOString();
  const status = account.misbehaviours.take('pending', path) ? 'PENDING' : 'COMPLETE';
  const body = { status, startedAt: at, completedAt: at, results: [...results].reverse() };
  if (errors.length === 0) return json(200, body);
  return json(207, { ...body, numErrors: errors.length, errors });
}

function found({ id, properties }: StoredRecord, at: number, more: Readonly<Record<string, unknown>> = {}) {
  const time = new Date(at).toISOString();
  return {
    id,
    properties: { ...properties, hs_object_id: id },
    createdAt: time,
    updatedAt: time,
    archived: false,
    ...more,
  };
}

const notFound = (object: string, ids: readonly string[]) => ({
  status: 'error',
  category: 'OBJECT_NOT_FOUND',
  message: `Could not get some ${object.toUpperCase()} objects, they may be deleted or not exist. Check that ids are valid.`,
  context: { ids },
});

/** Why records cannot be addressed by a property. Updates take properties marked as unique alone, and email is not. */
function badIdProperty(account: Account, object: string, name: string, verb: string): Answer | undefined {
  const property = account.types[object]?.properties[name];
  if (name === 'email' && verb !== 'update' && object === 'contacts') return undefined;
  if (property?.unique) return undefined;
  return invalid(`Unable to perform ${verb} by non-unique ${account.types[object]?.id} property ${name}`);
}

const find = (account: Account, object: string, { id, idProperty }: Pick<Input, 'id' | 'idProperty'>) =>
  idProperty === undefined
    ? account.records.byId(object, id)
    : account.records.byValue(object, idProperty, id);

/** What speaks against a row, in HubSpot's words, or nothing. */
function rowError(account: Account, { object, path }: Asking, input: Input, known: StoredRecord | undefined) {
  const type = account.types[object];
  const told = account.misbehaviours.take('refuse-row', path, ({ id }) => id === input.id);
  if (told !== undefined) return error(told.error, 'Told to refuse');
  for (const [name, value] of Object.entries(input.properties)) {
    const wrong = valueError(name, type?.properties[name], value);
    if (wrong === undefined) continue;
    const said = JSON.stringify([{ isValid: false, message: `Property ${name}`, error: wrong, name }]);
    return error('VALIDATION_ERROR', `Property values were not valid: ${said}`);
  }
  const email = input.properties['email'];
  const owner = email ? account.records.byValue(object, 'email', email) : undefined;
  if (owner !== undefined && owner.id !== known?.id)
    return error('CONFLICT', `Contact already exists. Existing ID: ${owner.id}`);
  const given = { ...input.properties, [input.idProperty ?? '']: input.id };
  if (known === undefined && !type?.needsOneOf.some((name) => given[name]))
    return error('VALIDATION_ERROR', `At least one of ${type?.needsOneOf.join(', ')} is required`);
  return undefined;
}

function duplicates(inputs: readonly Input[]): Answer | undefined {
  const ids = inputs.map(({ id }) => id.toLowerCase());
  return new Set(ids).size === ids.length ? undefined : invalid('Duplicate IDs found in batch input');
}

function keyFault(
  account: Account,
  object: string,
  verb: string,
  inputs: readonly Input[],
): Answer | undefined {
  for (const { idProperty } of inputs) {
    if (idProperty === undefined) {
      if (verb === 'upsert') return invalid('idProperty is required');
      continue;
    }
    const bad = badIdProperty(account, object, idProperty, verb);
    if (bad !== undefined) return bad;
  }
  return undefined;
}

/** Writes the rows that nothing speaks against and tells what became of each. */
export function write(account: Account, asking: Asking, verb: 'upsert' | 'update'): Answer {
  const { object, path } = asking;
  const body = Write.safeParse(parse(asking.body));
  if (!body.success) return invalid(`Invalid input JSON: ${z.prettifyError(body.error)}`);
  const { inputs } = body.data;
  const refused = duplicates(inputs) ?? keyFault(account, object, verb, inputs);
  if (refused !== undefined) return refused;
  const judged = inputs.map((input) => {
    const known = find(account, object, input);
    const missing = known === undefined && verb === 'update';
    return { input, known, missing, wrong: missing ? undefined : rowError(account, asking, input, known) };
  });
  // Without a trace for each row, and with email as the key, one bad row spoils all of them.
  const together = inputs.some(
    ({ objectWriteTraceId, idProperty }) => objectWriteTraceId === undefined || idProperty === 'email',
  );
  const worst = judged.find(({ wrong }) => wrong !== undefined)?.wrong;
  if (together && worst !== undefined) return json(worst.category === 'CONFLICT' ? 409 : 400, worst);
  const errors: unknown[] = [];
  const results: unknown[] = [];
  const absent: string[] = [];
  for (const { input, known, missing, wrong } of judged) {
    const trace = input.objectWriteTraceId;
    if (missing) absent.push(input.id);
    else if (wrong)
      errors.push({
        status: 'error',
        category: wrong.category,
        message: wrong.message,
        context: { objectWriteTraceId: [trace] },
      });
    else {
      const written = put(account, object, input, known);
      const result = found(written, account.now(), { new: known === undefined, objectWriteTraceId: trace });
      if (!account.misbehaviours.take('forget-row', path, ({ id }) => id === input.id)) results.push(result);
    }
  }
  if (absent.length > 0) errors.push(notFound(object, absent));
  return complete(account, path, results, errors);
}

function put(account: Account, object: string, input: Input, known: StoredRecord | undefined): StoredRecord {
  const own = input.idProperty === undefined ? {} : { [input.idProperty]: input.id };
  if (known === undefined) return account.records.create(object, { ...own, ...input.properties });
  if (!account.records.write(object, known.id, input.properties)) account.repeatedWrites += 1;
  return known;
}

/** Finds records by id, or by a property with unique values. */
export function read(account: Account, { object, path, body: text }: Asking): Answer {
  const body = Read.safeParse(parse(text));
  if (!body.success) return invalid(`Invalid input JSON: ${z.prettifyError(body.error)}`);
  const { idProperty, inputs, properties } = body.data;
  const bad = idProperty === undefined ? undefined : badIdProperty(account, object, idProperty, 'read');
  if (bad !== undefined) return bad;
  const absent: string[] = [];
  const results = inputs.flatMap(({ id }) => {
    const record = find(account, object, { id, idProperty });
    if (record === undefined) absent.push(id);
    if (record === undefined || account.misbehaviours.take('forget-row', path, (fault) => fault.id === id))
      return [];
    const shown = Object.fromEntries(properties.map((name) => [name, record.properties[name] ?? null]));
    const result = found(record, account.now());
    return [{ ...result, properties: { ...shown, hs_object_id: record.id } }];
  });
  return complete(account, path, results, absent.length > 0 ? [notFound(object, absent)] : []);
}

/** Puts records into the recycling bin; those that are not there are nobody's loss. */
export function archive(account: Account, { object, body: text }: Asking): Answer {
  const body = Archive.safeParse(parse(text));
  if (!body.success) return invalid(`Invalid input JSON: ${z.prettifyError(body.error)}`);
  for (const { id } of body.data.inputs) {
    account.records.archive(object, id);
    for (const { members } of account.lists.values()) members.delete(id);
  }
  return { status: 204, headers: {}, body: '' };
}
