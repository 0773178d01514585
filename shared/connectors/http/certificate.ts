import { createSecureContext } from 'node:tls';
import { bad, ok, type Result } from '../../core/fault.js';
import type { Secrets } from '../../core/ports.js';
import { readSecret } from '../auth/secret.js';
import type { ClientCertificate } from '../wire/dial.js';
import type { HttpTls } from './settings.js';

/** Reads our certificate and its key and sees that they belong together; nothing where a connection has none. */
export async function readCertificate(
  connection: string,
  tls: HttpTls | undefined,
  secrets: Secrets,
): Promise<Result<ClientCertificate | undefined>> {
  if (tls === undefined) return ok(undefined);
  const cert = await readSecret(secrets, tls.certificate);
  if (!cert.ok) return cert;
  const key = await readSecret(secrets, tls.key);
  if (!key.ok) return key;
  const ca = tls.ca === undefined ? undefined : await readSecret(secrets, tls.ca);
  if (ca?.ok === false) return ca;
  const certificate = { cert: cert.value, key: key.value, ...(ca && { ca: ca.value }) };
  try {
    createSecureContext(certificate);
    return ok(certificate);
  } catch {
    // OpenSSL's words are left out: nobody knows what of a key they may quote.
    const names = [tls.certificate, tls.key, ...(tls.ca === undefined ? [] : [tls.ca])].map(
      (ref) => `"${ref}"`,
    );
    return bad(
      'config.invalid',
      `Connection "${connection}": ${names.join(', ')} must be PEM texts, and the key that of the certificate.`,
    );
  }
}
