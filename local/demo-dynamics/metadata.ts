import type { Answer } from '../vendor-answer.js';
import { json, refusal } from './answer.js';
import { type Column, own, type Table } from './tables.js';
import type { Environment } from './web-api.js';

/** The application user of the demo environment. */
export const USER = '77777777-0000-4000-8000-000000000001';

const TYPES: Readonly<Record<Column['type'], string>> = {
  text: 'String',
  number: 'Decimal',
  boolean: 'Boolean',
  datetime: 'DateTime',
  choice: 'Picklist',
  lookup: 'Lookup',
};
const RIGHTS = ['Create', 'Read', 'Write', 'Delete', 'Append', 'AppendTo'];

const privilegesOf = ({ logical }: Table) =>
  RIGHTS.map((right) => ({
    Name: `prv${right}${logical}`,
    PrivilegeId: Buffer.from(`${right}-${logical}`).toString('hex').padEnd(32, '0').slice(0, 32),
    PrivilegeType: right,
  }));

const attribute = (LogicalName: string, AttributeType: string, writable = true) => ({
  LogicalName,
  AttributeType,
  IsValidForCreate: true,
  IsValidForUpdate: writable,
});

function definition([EntitySetName, table]: readonly [string, Table]) {
  const columns = Object.entries(table.columns);
  return {
    MetadataId: privilegesOf(table)[0]?.PrivilegeId,
    LogicalName: table.logical,
    EntitySetName,
    PrimaryIdAttribute: table.id,
    Privileges: privilegesOf(table),
    Attributes: [
      attribute(table.id, 'Uniqueidentifier', false),
      ...columns.map(([name, column]) => attribute(name, TYPES[column.type])),
      { ...attribute('createdon', 'DateTime', false), IsValidForCreate: false },
    ],
    Keys: table.keys.map((key) => ({
      LogicalName: `${key}_key`,
      KeyAttributes: [key],
      EntityKeyIndexStatus: 'Active',
    })),
    ManyToOneRelationships: columns.flatMap(([name, column]) =>
      column.type === 'lookup'
        ? [{ ReferencingAttribute: name, ReferencingEntityNavigationPropertyName: column.navigation }]
        : [],
    ),
  };
}

const BY_SET = /^EntitySetName eq '(\w+)'$/;
const BY_NAME =
  /^EntityDefinitions\(LogicalName='(\w+)'\)(\/Attributes\/Microsoft\.Dynamics\.CRM\.StringAttributeMetadata)?$/;

function byName({ tables }: Environment, logical: string, lengths: boolean): Answer {
  const found = Object.entries(tables).find(([, table]) => table.logical === logical);
  if (!found) return refusal(404, '0x80060888', `Could not find an entity with name ${logical}`);
  if (!lengths) return json(200, definition(found));
  const value = Object.entries(found[1].columns).flatMap(([LogicalName, column]) =>
    column.type === 'text' ? [{ LogicalName, MaxLength: column.max }] : [],
  );
  return json(200, { value });
}

/** What the environment says of itself, or nothing when the path is about something else. */
export function describe(env: Environment, path: string, query: URLSearchParams): Answer | undefined {
  const { tables } = env;
  const filter = query.get('$filter') ?? '';
  if (path === 'WhoAmI')
    return json(200, { UserId: USER }, { 'x-ms-ratelimit-burst-remaining-xrm-requests': '5999' });
  if (path === 'EntityDefinitions') {
    const name = BY_SET.exec(filter)?.[1] ?? '';
    const table = own(tables, name);
    return json(200, { value: table ? [{ LogicalName: table.logical, EntitySetName: name }] : [] });
  }
  const [, logical, lengths] = BY_NAME.exec(path) ?? [];
  if (logical !== undefined) return byName(env, logical, lengths !== undefined);
  if (path === `systemusers(${USER})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()`) {
    const lost = env.misbehaviours
      .list()
      .flatMap((fault) => (fault.kind === 'lack' ? [fault.privilege] : []));
    const RolePrivileges = Object.values(tables)
      .flatMap(privilegesOf)
      .filter(({ Name }) => !lost.includes(Name))
      .map(({ PrivilegeId }) => ({ PrivilegeId, Depth: 'Global' }));
    return json(200, { RolePrivileges });
  }
  if (path === 'sdkmessagefilters') {
    const [, logical] = /primaryobjecttypecode eq '(\w+)'$/.exec(filter) ?? [];
    const known = Object.values(tables).some(
      (table) => table.logical === logical && table.logical !== 'list',
    );
    return json(200, { value: known ? [{ sdkmessagefilterid: USER }] : [] });
  }
  return undefined;
}
