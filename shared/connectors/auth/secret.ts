import * as z from 'zod';
import { Fault, ok, type Result } from '../../core/fault.js';
import type { Secrets } from '../../core/ports.js';

const REF = /^secret:([\w./-]+)$/;

/** How a config file names a secret: `secret:NAME`, never the secret itself. */
export const SecretRef = z
  .string()
  .regex(REF, 'must be a reference such as "secret:salesforce", never the secret itself');

/** True for text of the form `secret:NAME`. */
export const isSecretRef = (text: string): boolean => REF.test(text);

/** Reads a referenced secret. A secret that is missing is a value; any other failure of the secret store is thrown. */
export async function readSecret(secrets: Secrets, ref: string): Promise<Result<string>> {
  const name = REF.exec(ref)?.[1] ?? ref;
  try {
    return ok(await secrets.get(name));
  } catch (error) {
    if (error instanceof Fault) return { ok: false, fault: error };
    throw error;
  }
}

/** Every `secret:NAME` in a value, at any depth: the names. */
export function secretsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.startsWith('secret:') ? [value.slice('secret:'.length)] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(secretsIn) : [];
}
