import { describe, expect, test } from 'vitest';
import { readSettings } from '../../shared/settings.js';
import { connectionIn, identityIn, namespaceOf, serviceUrl } from '../../shared/stores/azure-connection.js';

const X = 'TRIBUTARY_STORAGE_CONNECTION';

describe('what the settings of a connection say', () => {
  test('nothing, when none is set or all are empty', () => {
    expect(connectionIn({}, X)).toBeUndefined();
    expect(connectionIn({ [X]: '', [`${X}__accountName`]: '' }, X)).toBeUndefined();
  });

  test('the exact name wins over the parts, as it does for the Functions host', () => {
    expect(connectionIn({ [X]: 'AccountName=a', [`${X}__accountName`]: 'acme' }, X)).toBe('AccountName=a');
    expect(identityIn({ [`${X}__accountName`]: 'acme' }, X)).toEqual({ accountName: 'acme', setting: X });
  });

  test.each([
    ['accountName', 'ACME', 'is no name of a storage account'],
    ['blobServiceUri', 'acme', 'Invalid URL'],
    ['credential', 'workloadidentity', 'is not managedidentity'],
    ['fullyQualifiedNamespace', 'sb://acme.servicebus.windows.net/', 'is no host name'],
  ])('%s=%s is a fault that names the setting', (part, value, text) => {
    expect(() => connectionIn({ [`${X}__${part}`]: value }, X)).toThrow(`${X}__${part} ${text}`);
  });

  test('settings of a deployment may name an identity instead of a secret', () => {
    const settings = readSettings({
      TRIBUTARY_STATE: 'azure-table:persons',
      TRIBUTARY_STATE_CONNECTION__accountName: 'acme',
      TRIBUTARY_STATE_CONNECTION__credential: 'managedidentity',
      TRIBUTARY_STATE_CONNECTION__clientId: 'c-1',
      TRIBUTARY_PARKING: 'storage-queue:parked',
      TRIBUTARY_DEAD_LETTERS: 'blob:letters',
      TRIBUTARY_STORAGE_CONNECTION: 'AccountName=a;AccountKey=b',
      TRIBUTARY_LOG_KEY: '0123456789abcdef',
    });
    expect(settings.TRIBUTARY_STATE_CONNECTION).toEqual({
      setting: 'TRIBUTARY_STATE_CONNECTION',
      accountName: 'acme',
      credential: 'managedidentity',
      clientId: 'c-1',
    });
    expect(settings.TRIBUTARY_STORAGE_CONNECTION).toBe('AccountName=a;AccountKey=b');
  });
});

describe('where the service is', () => {
  test('at the account, or where its own setting says, and never without TLS', () => {
    const setting = X;
    expect(serviceUrl({ setting, accountName: 'acme' }, 'queue')).toBe('https://acme.queue.core.windows.net');
    const sovereign = 'https://acme.table.core.usgovcloudapi.net/';
    expect(serviceUrl({ setting, accountName: 'acme', tableServiceUri: sovereign }, 'table')).toBe(
      'https://acme.table.core.usgovcloudapi.net',
    );
    expect(() => serviceUrl({ setting, blobServiceUri: 'http://127.0.0.1:1/acme' }, 'blob')).toThrow(
      `${X}__blobServiceUri is not https`,
    );
    expect(() => serviceUrl({ setting, blobServiceUri: 'https://x/' }, 'queue')).toThrow(
      `${X}__queueServiceUri`,
    );
    expect(() => namespaceOf({ setting })).toThrow(`${X}__fullyQualifiedNamespace`);
  });
});
