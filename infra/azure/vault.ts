import { call, type Resource } from './expression.js';
import { made, parameter, variable } from './parameters.js';

/** Where secrets are; the values are put there by hand (docs/deploy-azure.md), never by a template. */
export const VAULT: Resource = {
  type: 'Microsoft.KeyVault/vaults',
  apiVersion: '2024-11-01',
  name: variable('vault'),
  condition: made('keyVault'),
  location: parameter('location'),
  properties: {
    tenantId: call('tenant').member('tenantId'),
    sku: { family: 'A', name: 'standard' },
    enableRbacAuthorization: true,
    enableSoftDelete: true,
    softDeleteRetentionInDays: 90,
    enablePurgeProtection: true,
    publicNetworkAccess: 'Enabled',
    networkAcls: { defaultAction: 'Allow', bypass: 'AzureServices' },
  },
};
