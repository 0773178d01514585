import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Fault } from '../core/fault.js';
import type { Clock, Secrets } from '../core/ports.js';

/**
 * How long a value counts before it is asked for again: after a rotation the new one is used within a minute, and a secret
 * costs a process a call a minute at most.
 */
const FRESH_MS = 60_000;

/** Where secrets are, and who asks. */
export interface SecretsManagerOptions {
  readonly client: SecretsManagerClient;
  /** What stands before the name of each secret: `tributary/prod/`. */
  readonly prefix: string;
  readonly clock: Pick<Clock, 'now'>;
}

interface Held {
  readonly value: string;
  readonly until: number;
}

/** A client made from the environment in the SDK's own way. A cold start waits for it, so it does not wait long. */
export const secretsManagerClient = (): SecretsManagerClient =>
  new SecretsManagerClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
  });

const CREATE =
  'create it (aws secretsmanager create-secret --secret-string …), in the region of this deployment';

/** What an answer means. The service's own words name the secret and the caller, never a value. */
function faultOf(error: unknown, name: string, id: string): unknown {
  if (!(error instanceof Error)) return error;
  const said = `the secret ${name} could not be read from Secrets Manager as ${id} (${error.name}`;
  if (error.name === 'ResourceNotFoundException')
    return new Fault('config.missing-secret', `${said}): ${CREATE}`, { cause: error });
  if (error.name === 'AccessDeniedException') {
    const text = `${said}: ${error.message}): allow secretsmanager:GetSecretValue on it, and kms:Decrypt on its key`;
    return new Fault('config.missing-secret', text, { cause: error });
  }
  if (!('$metadata' in error) && error.name === 'TypeError') return error;
  return new Fault('store.unavailable', `${said}: ${error.message})`, { cause: error });
}

/**
 * Secrets of AWS Secrets Manager, each fetched when it is asked for and kept for a minute. While the service does not
 * answer, what was fetched before goes on counting. Throws `config.missing-secret` for one that is not there or must not
 * be read, `store.unavailable` when it cannot be had now.
 */
export function secretsManager({ client, prefix, clock }: SecretsManagerOptions): Secrets {
  const held = new Map<string, Held>();
  const underWay = new Map<string, Promise<string>>();

  async function fetchOne(name: string): Promise<string> {
    const id = prefix + name;
    try {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
      if (SecretString) return SecretString;
    } catch (error) {
      throw faultOf(error, name, id);
    }
    const text = `the secret ${name} (${id} in Secrets Manager) holds no text: put one in as its secret string`;
    throw new Fault('config.missing-secret', text);
  }

  async function renew(name: string): Promise<string> {
    const before = held.get(name);
    let value: string;
    try {
      value = await fetchOne(name);
    } catch (fault) {
      if (!before || !(fault instanceof Fault) || !fault.retryable) throw fault;
      value = before.value;
    }
    held.set(name, { value, until: clock.now() + FRESH_MS });
    return value;
  }

  return {
    get(name) {
      const known = held.get(name);
      if (known && clock.now() < known.until) return Promise.resolve(known.value);
      const asking = underWay.get(name) ?? renew(name).finally(() => underWay.delete(name));
      underWay.set(name, asking);
      return asking;
    },
  };
}
