import { DefaultAzureCredential, type TokenCredential } from '@azure/identity';

/** Whoever is signed in on this machine: the environment, a managed identity, `az login`, and so on in the SDK's order. */
export const signedIn = (managedIdentityClientId: string | undefined): TokenCredential =>
  managedIdentityClientId === undefined
    ? new DefaultAzureCredential()
    : new DefaultAzureCredential({ managedIdentityClientId });
