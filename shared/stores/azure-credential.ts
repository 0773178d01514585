import type { TokenCredential } from '@azure/identity';
import type { IdentityConnection } from './azure-connection.js';

/**
 * Who signs in for an identity-based connection: the identity of the function app, or without `credential` whoever is signed
 * in on this machine. The SDK is loaded here and only when an identity is asked for. It signs in at the first request.
 */
export async function credentialOf({
  credential,
  clientId,
}: Pick<IdentityConnection, 'credential' | 'clientId'>): Promise<TokenCredential> {
  if (credential === 'managedidentity') {
    const { managedIdentity } = await import('./azure-managed-identity.js');
    return managedIdentity(clientId);
  }
  const { signedIn } = await import('./azure-signed-in.js');
  return signedIn(clientId);
}
