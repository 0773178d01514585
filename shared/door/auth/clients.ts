import * as z from 'zod';
import { Fault } from '../../core/fault.js';
import type { Secrets } from '../../core/ports.js';
import type { Credentials } from './authorization.js';
import { isOneOf } from './same-text.js';

/** The secret with those who may ask for tokens: JSON, see {@link Registered}. */
export const CLIENTS_SECRET = 'door-clients';

const Secret = z.string().min(16);
const Several = z.union([Secret.transform((one) => [one]), z.array(Secret).min(1)]);
const Client = z.object({ id: z.string().min(1), secret: Several });
const User = z.object({ name: z.string().min(1), password: Several });
const Registered = z.object({ clients: z.array(Client).min(1), users: z.array(User).default([]) });

type Known = ReadonlyMap<string, readonly string[]>;

/** Ids with the secrets that count for them; two while one is being changed. */
export interface Registered {
  readonly clients: Known;
  readonly users: Known;
}

/** Reads who may ask for tokens. Faults never quote the secret. */
export async function readClients(secrets: Secrets): Promise<Registered> {
  const text = await secrets.get(CLIENTS_SECRET);
  let parsed: z.infer<typeof Registered> | undefined;
  try {
    parsed = Registered.safeParse(JSON.parse(text)).data;
  } catch {
    parsed = undefined;
  }
  if (!parsed) {
    const form = '{"clients":[{"id":"…","secret":"…"}],"users":[{"name":"…","password":"…"}]}';
    const what = `the secret ${CLIENTS_SECRET} must be JSON of the form ${form}, with secrets and passwords of at least 16 characters`;
    throw new Fault('config.invalid', what);
  }
  return {
    clients: new Map(parsed.clients.map(({ id, secret }) => [id, secret])),
    users: new Map(parsed.users.map(({ name, password }) => [name, password])),
  };
}

/** The id that credentials belong to, if any reading of them is right; takes as long for ids nobody has. */
export function ownerOf(readings: readonly Credentials[], known: Known): string | undefined {
  const right = readings.filter(({ id, secret }) => {
    const secrets = known.get(id);
    return isOneOf(secret, secrets ?? ['']) && secrets !== undefined;
  });
  return right[0]?.id;
}
