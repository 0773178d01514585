import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { at } from '../../infra/azure/judge/rule.js';
import { ROLES } from '../../infra/azure/roles.js';
import { main } from './azure-world.js';

/** What a role allows, as far as we use it. https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const ALLOWS: Readonly<Record<string, readonly string[]>> = {
  'Storage Blob Data Owner': ['blobs/read', 'blobs/write', 'blobs/delete'],
  'Storage Blob Data Contributor': ['blobs/read', 'blobs/write', 'blobs/delete'],
  'Storage Queue Data Contributor': [
    ...['messages/write', 'messages/process', 'messages/delete', 'messages/read'],
    'queues/read',
  ],
  'Storage Table Data Contributor': ['entities/read', 'entities/add', 'entities/update'],
  'Azure Event Hubs Data Sender': ['hubs/send', 'hubs/read'],
  'Azure Event Hubs Data Receiver': ['hubs/receive'],
  'Key Vault Secrets User': ['secrets/get'],
  'Monitoring Metrics Publisher': ['telemetry/write'],
};

/** Every call of an SDK in what reaches Azure, and the right that it needs. */
const CALLS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'shared/stores/azure-table.ts': {
    getEntity: 'entities/read',
    createEntity: 'entities/add',
    updateEntity: 'entities/update',
  },
  'shared/stores/storage-queue.ts': {
    sendMessage: 'messages/write',
    receiveMessages: 'messages/process',
    deleteMessage: 'messages/delete',
    updateMessage: 'messages/write',
    getProperties: 'queues/read',
  },
  'shared/stores/blob-objects.ts': {
    upload: 'blobs/write',
    download: 'blobs/read',
    deleteIfExists: 'blobs/delete',
    listBlobsFlat: 'blobs/read',
  },
  'shared/stores/event-hubs-appender.ts': {
    createBatch: 'hubs/send',
    sendBatch: 'hubs/send',
    getEventHubProperties: 'hubs/read',
    getPartitionIds: 'hubs/read',
  },
  'shared/files/places/blob.ts': {
    listBlobsFlat: 'blobs/read',
    getProperties: 'blobs/read',
    download: 'blobs/read',
    upload: 'blobs/write',
  },
};

/** The end of the id of each thing that the app works on, and what works on it: code of ours, or the host in its name. */
const USES: Readonly<Record<string, { code?: string; host?: readonly string[] }>> = {
  'tables/tributarystate': { code: 'shared/stores/azure-table.ts' },
  'queues/tributary-parked': {
    code: 'shared/stores/storage-queue.ts',
    host: ['messages/process', 'queues/read'],
  },
  // The host puts what was received too often there; `tributary parked` signs in as a person.
  'queues/tributary-parked-poison': { host: ['messages/write'] },
  'queues/tributary-files': {
    code: 'shared/stores/storage-queue.ts',
    host: ['messages/process', 'queues/read'],
  },
  'queues/tributary-files-poison': { host: ['messages/write'] },
  'containers/tributary-letters': { code: 'shared/stores/blob-objects.ts' },
  'containers/aep-files': { code: 'shared/files/places/blob.ts' },
  'eventhubs/aep-exports': { code: 'shared/stores/event-hubs-appender.ts', host: ['hubs/receive'] },
  vaults: { host: ['secrets/get'] },
  components: { host: ['telemetry/write'] },
  // Leases, checkpoints, keys, the package; time of timers.
  storageAccounts: { host: ['blobs/read', 'blobs/write', 'blobs/delete', 'entities/add', 'entities/update'] },
};

const root = new URL('../../', import.meta.url);
const CALL = /(?<=(?:\bclient|\bproducer|\w\(name\))\s*\.)(\w+)(?=\()/g;

const NAMES = new Map<string, string>(Object.entries(ROLES).map(([name, id]) => [id, name]));

/** The roles of the app, each with the thing it is for. */
function granted(given: Readonly<Record<string, unknown>>) {
  return main(given)
    .resources.filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments')
    .filter(({ body }) => String(at(body, 'properties.principalId')).includes('userAssignedIdentities'))
    .map(({ scope = '', body }) => {
      const id = String(at(body, 'properties.roleDefinitionId')).split('/').at(-1) ?? '';
      const [kind = '', name = ''] = scope.split('/').slice(-2);
      const thing = `${kind}/${name}` in USES ? `${kind}/${name}` : kind;
      return { role: NAMES.get(id) ?? id, thing };
    });
}

const neededOf = (thing: string): readonly string[] => {
  const { code, host = [] } = USES[thing] ?? {};
  return [...new Set([...Object.values(code === undefined ? {} : (CALLS[code] ?? {})), ...host])];
};

describe('calls of SDKs and roles on Azure', () => {
  test.each(Object.entries(CALLS))(
    '%s: each call is known, and none is written down that is not made',
    (file, known) => {
      const text = readFileSync(new URL(file, root), 'utf8');
      const own = new Set(['getBlockBlobClient', 'getBlobClient']);
      const found = new Set(
        [...text.matchAll(CALL)].map(([, name = '']) => name).filter((name) => !own.has(name)),
      );
      expect([...found].sort()).toEqual(Object.keys(known).sort());
    },
  );

  test('what the app does it may do, each on the one thing it is for', () => {
    const roles = granted({ files: true });
    expect(new Set(roles.map(({ thing }) => thing))).toEqual(new Set(Object.keys(USES)));
    for (const thing of Object.keys(USES)) {
      const allowed = roles.filter((one) => one.thing === thing).flatMap(({ role }) => ALLOWS[role] ?? []);
      for (const right of neededOf(thing)) expect(allowed, `${right} on ${thing}`).toContain(right);
    }
  });

  test('no role is given that nothing needs', () => {
    for (const { role, thing } of granted({ files: true })) {
      const used = neededOf(thing).filter((right) => ALLOWS[role]?.includes(right));
      expect(used, `${role} on ${thing}`).not.toEqual([]);
    }
  });

  test('without files there is no role for them', () => {
    expect(
      granted({})
        .map(({ thing }) => thing)
        .join(),
    ).not.toContain('files');
  });
});
