import { call, type Expression, type Resource } from './expression.js';
import { FILES_QUEUE, IDS, PARKED, queueId, storageId, TABLE, tableId } from './names.js';
import { parameter } from './parameters.js';
import { CONTAINERS } from './storage.js';

/** Built-in roles for data, and none for resources. https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
export const ROLES = {
  'Storage Blob Data Owner': 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  'Storage Blob Data Contributor': 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
  'Storage Queue Data Contributor': '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
  'Storage Queue Data Message Sender': 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a',
  'Storage Table Data Contributor': '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
  'Azure Event Hubs Data Receiver': 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde',
  'Azure Event Hubs Data Sender': '2b629674-e913-4c01-ae53-ef4638d8f975',
  'Key Vault Secrets User': '4633458b-17de-408a-b874-0445c86b69e6',
  'Monitoring Metrics Publisher': '3913510d-42f4-4e42-8a64-420c390055eb',
} as const;

/** The identity of the app, whose object id the roles are given to. */
export const principalId: Expression = call('reference', IDS.identity, '2024-11-30').member('principalId');
/** And the id it is asked for by. */
export const clientId: Expression = call('reference', IDS.identity, '2024-11-30').member('clientId');

interface Grant {
  readonly role: keyof typeof ROLES;
  readonly on: Expression;
  readonly condition?: Expression;
  /** Whose identity; the app's unless it is another's. */
  readonly to?: { readonly id: Expression; readonly principalId: Expression };
}

/** Gives a role to an identity, for one thing. */
export const grant = ({ role, on, condition, to = { id: IDS.identity, principalId } }: Grant): Resource => ({
  type: 'Microsoft.Authorization/roleAssignments',
  apiVersion: '2022-04-01',
  name: call('guid', on, to.id, ROLES[role]),
  ...(condition && { condition }),
  scope: on,
  dependsOn: [to.id, on],
  properties: {
    principalId: to.principalId,
    principalType: 'ServicePrincipal',
    roleDefinitionId: call('subscriptionResourceId', 'Microsoft.Authorization/roleDefinitions', ROLES[role]),
    description: role,
  },
});

/**
 * What the app may do, each on the one thing it is for. Only the host's own account is given as a whole: the host keeps
 * leases, checkpoints and keys there under names it makes up.
 * https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity
 */
export const GRANTS: readonly Resource[] = [
  grant({ role: 'Storage Blob Data Owner', on: storageId('hostStorage') }),
  grant({ role: 'Storage Table Data Contributor', on: storageId('hostStorage') }),
  grant({ role: 'Storage Table Data Contributor', on: tableId(TABLE) }),
  grant({ role: 'Storage Queue Data Contributor', on: queueId(PARKED) }),
  grant({ role: 'Storage Queue Data Contributor', on: queueId(`${PARKED}-poison`) }),
  grant({ role: 'Storage Queue Data Contributor', on: queueId(FILES_QUEUE), condition: parameter('files') }),
  grant({
    role: 'Storage Queue Data Contributor',
    on: queueId(`${FILES_QUEUE}-poison`),
    condition: parameter('files'),
  }),
  grant({ role: 'Storage Blob Data Contributor', on: CONTAINERS.letters }),
  grant({ role: 'Storage Blob Data Contributor', on: CONTAINERS.files, condition: parameter('files') }),
  grant({ role: 'Azure Event Hubs Data Receiver', on: IDS.hub }),
  grant({ role: 'Azure Event Hubs Data Sender', on: IDS.hub }),
  grant({ role: 'Key Vault Secrets User', on: IDS.vault }),
  grant({ role: 'Monitoring Metrics Publisher', on: IDS.insights }),
];

/** A resource of the app's identity. */
export const IDENTITY: Resource = {
  type: 'Microsoft.ManagedIdentity/userAssignedIdentities',
  apiVersion: '2024-11-30',
  name: call('variables', 'identity'),
  location: parameter('location'),
};

/** How a resource says that the app's identity is its own. The name of the member is worked out as well. */
export const BORNE = {
  type: 'UserAssigned',
  userAssignedIdentities: { [`[${IDS.identity.text}]`]: {} },
} as const;

/** The id of a grant: what cannot start without it depends on it. */
export const grantId = (
  on: Expression,
  role: keyof typeof ROLES,
  to: Expression = IDS.identity,
): Expression =>
  call(
    'extensionResourceId',
    on,
    'Microsoft.Authorization/roleAssignments',
    call('guid', on, to, ROLES[role]),
  );
