import { at, isObject, type Rule } from './rule.js';

/** Roles for data that the app may have. A role for resources, or one that we do not know, is a fault. */
const DATA_ROLES: ReadonlySet<string> = new Set([
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
  'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a',
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
  'a638d3c7-ab3a-418d-83e6-5f17a39d4fde',
  '2b629674-e913-4c01-ae53-ef4638d8f975',
  '4633458b-17de-408a-b874-0445c86b69e6',
  '3913510d-42f4-4e42-8a64-420c390055eb',
]);
const BLOB_OWNER = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b';

const hostAccount = (scope: string | undefined): boolean => /storageAccounts\/[a-z0-9]+h$/.test(scope ?? '');

/** Who may do what. */
export const leastPrivilege: Rule = {
  name: 'roles are for data, and each for one thing',
  find: (resources) =>
    resources
      .filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments')
      .flatMap(({ id, scope, body }) => {
        const role = String(at(body, 'properties.roleDefinitionId')).split('/').at(-1) ?? '';
        if (scope === undefined) return [`${id}: is given for the whole resource group`];
        if (hostAccount(scope)) {
          return role === BLOB_OWNER || DATA_ROLES.has(role) ? [] : [`${id}: ${role} is no role for data`];
        }
        if (!DATA_ROLES.has(role)) return [`${id}: ${role} is no role for data that the app needs`];
        const whole = /\/(?:storageAccounts|namespaces)\/[^/]+$/.test(scope);
        return whole
          ? [`${id}: is given for all of ${scope}, and not for one queue, table, container or hub`]
          : [];
      }),
};

/** Where secrets are. */
export const secretsInVault: Rule = {
  name: 'no secret is written down',
  find: (resources) =>
    resources
      .filter(({ type, name }) => type === 'Microsoft.Web/sites/config' && name.endsWith('/appsettings'))
      .flatMap(({ id, body }) => {
        const settings = isObject(body['properties']) ? body['properties'] : {};
        return Object.entries(settings).flatMap(([name, value]) => {
          const secret = /^TRIBUTARY_(?:SECRET_.+|LOG_KEY)$|KEY$|_SECRET$/.test(name);
          const text = String(value);
          if (secret && !/^@Microsoft\.KeyVault\(/.test(text)) return [`${id}: ${name} is not in the vault`];
          return /AccountKey=|SharedAccessKey=|[?&]sig=|keys of/.test(text)
            ? [`${id}: ${name} has a key in it`]
            : [];
        });
      }),
};
