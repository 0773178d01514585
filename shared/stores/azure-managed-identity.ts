import { ManagedIdentityCredential, type TokenCredential } from '@azure/identity';

/** The identity of the function app: its own, or the user-assigned one with this client id. */
export const managedIdentity = (clientId: string | undefined): TokenCredential =>
  clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
