import type { Finding, Need } from '../../core/remote.js';
import type { DynamicsConfig } from './config.js';
import { fieldsOf, isKey, isLookup, type TableDefinition } from './definition.js';

/** Something that is as it should be. */
export const well = (what: string): Finding => ({ level: 'well', what });
/** Something that may not work as it should. */
export const warning = (what: string, advice: string): Finding => ({ level: 'warning', what, advice });
/** Something that does not work, and what to do about it. */
export const error = (what: string, advice: string): Finding => ({ level: 'error', what, advice });

const KEYS = 'make.powerapps.com > Tables > the table > Keys';

/** Whether values of a key column are written as its type needs: text in quotes, ids and numbers without. */
function spelling(
  name: string,
  type: string,
  what: string,
  { bareKeys }: DynamicsConfig,
): Finding | undefined {
  const isText = type === 'String' || type === '';
  if (isText !== bareKeys.includes(name)) return undefined;
  return isText
    ? error(`${what} is text, but listed in "bareKeys"`, 'Take it out of "bareKeys".')
    : error(`${what} is no text (${type})`, `Add "${name}" to "bareKeys" of the connection.`);
}

/** Whether rows are found by a column. */
export function examineKey(
  object: string,
  name: string,
  table: TableDefinition,
  config: DynamicsConfig,
): Finding {
  const what = `${object}.${name}`;
  const attribute = table.Attributes.find(({ LogicalName }) => LogicalName === name);
  if (attribute === undefined)
    return error(
      `${what} does not exist`,
      `Add a text column of this logical name to the table, and a key with it alone (${KEYS}).`,
    );
  const misspelt = spelling(name, attribute.AttributeType, what, config);
  if (misspelt) return misspelt;
  if (name === table.PrimaryIdAttribute) return well(`${what} is the row's own id`);
  if (isKey(table, name)) return well(`${what} is an alternate key`);
  const own = table.Keys.find(({ KeyAttributes }) => KeyAttributes.length === 1 && KeyAttributes[0] === name);
  if (own === undefined)
    return error(`${what} is no alternate key`, `Create a key with this column alone: ${KEYS} > New key.`);
  return error(
    `the index of the alternate key ${what} is ${own.EntityKeyIndexStatus || 'not ready'}`,
    'It is built in the background; if it failed, remove duplicate values and reactivate the key.',
  );
}

/** Whether a column can be written. */
export function examineField(object: string, name: string, table: TableDefinition): Finding {
  const what = `${object}.${name}`;
  const fields = fieldsOf(table);
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field?.readonly) return error(`${what} is written by the system alone`, 'Take it out of the rules.');
  if (field !== undefined) return well(`${what} can be written`);
  const lookup = table.Attributes.find((attribute) => attribute.LogicalName === name && isLookup(attribute));
  const navigations = table.ManyToOneRelationships.filter(
    ({ ReferencingAttribute }) => ReferencingAttribute === name,
  ).map(({ ReferencingEntityNavigationPropertyName: navigation }) => `"${navigation}@odata.bind"`);
  if (lookup !== undefined)
    return error(
      `${what} is a lookup`,
      `Write it as ${navigations.slice(0, 4).join(' or ') || 'its navigation property with @odata.bind'}, for example to accounts(accountnumber='A1').`,
    );
  return error(`${what} does not exist`, 'Use the logical name of the column (small letters), or create it.');
}

/** What an operation needs the application user to be allowed on the table. */
const RIGHTS: Readonly<Record<Need['operations'][number], readonly string[]>> = {
  upsert: ['Create', 'Read', 'Write'],
  update: ['Read', 'Write'],
  add: ['Read'],
  remove: ['Read'],
  send: ['Create'],
  delete: ['Read', 'Delete'],
};

/** The privileges that a need takes on its table. */
export function rightsOf(
  { object, operations, fields }: Need,
  { onceKeys }: DynamicsConfig,
): readonly string[] {
  const rights = operations.flatMap((operation) => RIGHTS[operation]);
  const bind = fields.some((name) => name.endsWith('@odata.bind')) ? ['Append'] : [];
  const once = operations.includes('send') && Object.hasOwn(onceKeys, object) ? ['Read', 'Write'] : [];
  return [...new Set([...rights, ...bind, ...once])];
}

/** What the application user may do, by id of the privilege: for which rows. */
export type Privileges = ReadonlyMap<string, string>;

/** Whether the application user has privileges on a table. */
export function examineRights(
  object: string,
  rights: readonly string[],
  table: TableDefinition,
  privileges: Privileges,
): readonly Finding[] {
  const wanted = table.Privileges.filter(({ PrivilegeType }) => rights.includes(PrivilegeType));
  const missing = wanted.filter(({ PrivilegeId }) => !privileges.has(PrivilegeId.toLowerCase()));
  if (missing.length > 0) {
    const names = missing.map(({ Name }) => Name).join(', ');
    return [
      error(
        `the application user lacks ${names}`,
        `Give a security role of it ${rights.join(', ')} on the table of ${object}.`,
      ),
    ];
  }
  const small = wanted.filter(({ PrivilegeId }) => privileges.get(PrivilegeId.toLowerCase()) === 'Basic');
  if (small.length === 0) return [well(`the application user may ${rights.join(', ')} ${object}`)];
  return [
    warning(
      `the application user may ${small.map(({ PrivilegeType }) => PrivilegeType).join(', ')} only its own rows of ${object}`,
      'Raise the access level of the role to the business unit or the organization.',
    ),
  ];
}
