import * as z from 'zod';
import type { Outcome } from '../../core/remote.js';
import type { RemoteField } from '../../core/remote-field.js';
import { inFull } from '../auth/said.js';
import { ask, type Org } from './org.js';
import { fromProblem } from './problem.js';

/** What could not be read, in words. */
export interface Untold {
  readonly untold: string;
  readonly outcome: Outcome;
}

/** What was read; the answer's headers too, because some facts stand there. */
export interface Told<T> {
  readonly value: T;
  readonly headers: Headers;
}

/** What an outcome says, for a person. */
const words = (outcome: Outcome): string => {
  if (outcome.kind === 'rejected') return `${outcome.code}: ${outcome.text}`;
  return 'fault' in outcome ? inFull(outcome.fault) : outcome.kind;
};

/** Reads something of a known shape below the service root. */
export async function look<T>(
  org: Org,
  path: string,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<Told<T> | Untold> {
  const asked = await ask(org, { method: 'GET', path: `${org.root}/${path}` }, signal);
  if (asked.kind === 'unanswered') return { untold: words(asked.outcome), outcome: asked.outcome };
  const { reply, context } = asked;
  const parsed = reply.status === 200 ? schema.safeParse(reply.json) : undefined;
  if (parsed?.success) return { value: parsed.data, headers: reply.headers };
  const outcome = fromProblem(context, reply, 'request');
  return { untold: words(outcome), outcome };
}

const Sets = z.object({ value: z.array(z.object({ LogicalName: z.string() })) });
const Lengths = z.object({
  value: z.array(
    z.object({ LogicalName: z.string(), MaxLength: z.int().positive().optional().catch(undefined) }),
  ),
});
const Attribute = z.object({
  LogicalName: z.string(),
  AttributeType: z.string().catch(''),
  IsValidForCreate: z.boolean().catch(true),
  IsValidForUpdate: z.boolean().catch(true),
});
const Definition = z.object({
  PrimaryIdAttribute: z.string(),
  Attributes: z.array(Attribute),
  Keys: z
    .array(z.object({ KeyAttributes: z.array(z.string()), EntityKeyIndexStatus: z.string().catch('') }))
    .catch([]),
  ManyToOneRelationships: z
    .array(
      z.object({ ReferencingAttribute: z.string(), ReferencingEntityNavigationPropertyName: z.string() }),
    )
    .catch([]),
  Privileges: z
    .array(z.object({ Name: z.string(), PrivilegeId: z.string(), PrivilegeType: z.string() }))
    .catch([]),
});
type Definition = z.infer<typeof Definition>;

/** A table as the environment describes it. */
export interface TableDefinition extends Definition {
  readonly logical: string;
  readonly lengths: ReadonlyMap<string, number>;
}

const SELECT =
  '$select=PrimaryIdAttribute,Privileges&$expand=Attributes($select=LogicalName,AttributeType,IsValidForCreate,IsValidForUpdate),Keys($select=KeyAttributes,EntityKeyIndexStatus),ManyToOneRelationships($select=ReferencingAttribute,ReferencingEntityNavigationPropertyName)';

/** Reads how a table is made; `undefined` when no table has this entity set name. */
export async function definitionOf(
  org: Org,
  object: string,
  signal: AbortSignal,
): Promise<TableDefinition | Untold | undefined> {
  const filter = encodeURIComponent(`EntitySetName eq '${object.replaceAll("'", "''")}'`);
  const sets = await look(org, `EntityDefinitions?$select=LogicalName&$filter=${filter}`, Sets, signal);
  if ('untold' in sets) return sets;
  const logical = sets.value.value[0]?.LogicalName;
  if (logical === undefined) return undefined;
  const base = `EntityDefinitions(LogicalName='${encodeURIComponent(logical)}')`;
  const definition = await look(org, `${base}?${SELECT}`, Definition, signal);
  if ('untold' in definition) return definition;
  const texts = `${base}/Attributes/Microsoft.Dynamics.CRM.StringAttributeMetadata?$select=LogicalName,MaxLength`;
  const lengths = await look(org, texts, Lengths, signal);
  const known = 'untold' in lengths ? [] : lengths.value.value;
  return {
    ...definition.value,
    logical,
    lengths: new Map(
      known.flatMap(({ LogicalName, MaxLength }) =>
        MaxLength === undefined ? [] : [[LogicalName, MaxLength]],
      ),
    ),
  };
}

const TYPES: Readonly<Record<string, RemoteField['type']>> = {
  String: 'text',
  Memo: 'text',
  Integer: 'number',
  BigInt: 'number',
  Decimal: 'number',
  Double: 'number',
  Money: 'number',
  // Choices are written by their number.
  Picklist: 'number',
  State: 'number',
  Status: 'number',
  Boolean: 'boolean',
  DateTime: 'datetime',
};
const LOOKUPS = new Set(['Lookup', 'Customer', 'Owner']);

/** True for a column that is written through its navigation property. */
export const isLookup = ({ AttributeType }: { readonly AttributeType: string }): boolean =>
  LOOKUPS.has(AttributeType);

/** True when rows are found by this column alone, and the index for it is there. */
export const isKey = ({ Keys }: TableDefinition, name: string): boolean =>
  Keys.some(
    ({ KeyAttributes, EntityKeyIndexStatus }) =>
      KeyAttributes.length === 1 && KeyAttributes[0] === name && EntityKeyIndexStatus === 'Active',
  );

/** What rules can write to a table, by name; lookups by `navigation@odata.bind`. */
export function fieldsOf(table: TableDefinition): Readonly<Record<string, RemoteField>> {
  const columns = table.Attributes.filter((attribute) => !isLookup(attribute)).map(
    ({ LogicalName, AttributeType, IsValidForCreate, IsValidForUpdate }) => {
      const length = table.lengths.get(LogicalName);
      const key = isKey(table, LogicalName) || LogicalName === table.PrimaryIdAttribute;
      const field: RemoteField = {
        type: TYPES[AttributeType] ?? 'any',
        ...(length !== undefined && { length }),
        ...(key && { key }),
        ...(!IsValidForCreate && !IsValidForUpdate && { readonly: true }),
      };
      return [LogicalName, field] as const;
    },
  );
  const binds = table.ManyToOneRelationships.map(
    ({ ReferencingEntityNavigationPropertyName: name }) =>
      [`${name}@odata.bind`, { type: 'text' } satisfies RemoteField] as const,
  );
  return Object.fromEntries([...columns, ...binds]);
}
