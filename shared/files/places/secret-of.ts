import { readSecret } from '../../connectors/auth/secret.js';
import type { Secrets } from '../../core/ports.js';

/** The secret that `secret:NAME` stands for. Throws `config.missing-secret`. */
export async function secretOf(secrets: Secrets, ref: string): Promise<string> {
  const secret = await readSecret(secrets, ref);
  if (!secret.ok) throw secret.fault;
  return secret.value;
}
