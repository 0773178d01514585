import * as z from 'zod';
import { Fault } from '../core/fault.js';

const name = z.string().min(1).optional();

/**
 * How an Azure service is reached by an identity instead of a key, in the words of the Functions host: settings that begin
 * with the name of the connection. https://learn.microsoft.com/azure/azure-functions/functions-reference#common-properties-for-identity-based-connections
 */
const Parts = z.object({
  /** Of a storage account in the public cloud; elsewhere the three below. */
  accountName: z
    .string()
    .regex(/^[a-z0-9]{3,24}$/, 'is no name of a storage account (3 to 24 small letters and digits)')
    .optional(),
  blobServiceUri: z.url().optional(),
  queueServiceUri: z.url().optional(),
  tableServiceUri: z.url().optional(),
  /** Of an Event Hubs namespace, e.g. `acme.servicebus.windows.net`. */
  fullyQualifiedNamespace: z
    .string()
    .regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i, 'is no host name of a namespace (NAME.servicebus.windows.net)')
    .optional(),
  /** `managedidentity` on Azure; without it whoever is signed in on this machine (`az login`, …). */
  credential: z.literal('managedidentity', 'is not managedidentity; leave it out elsewhere').optional(),
  /** Of a user-assigned identity; without it the app's own. */
  clientId: name,
});

/** An identity-based connection, with the setting whose place it takes. */
export interface IdentityConnection extends z.infer<typeof Parts> {
  readonly setting: string;
}

/** A connection string (or URL with a signature), or an identity. */
export type AzureConnection = string | IdentityConnection;

type Env = Readonly<Record<string, string | undefined>>;

const set = (env: Env, setting: string): string | undefined => env[setting] || undefined;

/** The parts that a connection by identity may have: `accountName` and so on. */
export const CONNECTION_PARTS: readonly string[] = Object.keys(Parts.shape);

/** The identity that settings `SETTING__…` name; nothing when there are none. Throws `config.invalid` that names the setting. */
export function identityIn(env: Env, setting: string): IdentityConnection | undefined {
  const given = CONNECTION_PARTS.flatMap((part) => {
    const value = set(env, `${setting}__${part}`);
    return value === undefined ? [] : [[part, value] as const];
  });
  if (given.length === 0) return undefined;
  const parsed = Parts.safeParse(Object.fromEntries(given));
  if (parsed.success) return { ...parsed.data, setting };
  const faults = parsed.error.issues.map(({ path, message }) => `${setting}__${path.join('.')} ${message}`);
  throw new Fault('config.invalid', faults.join('; '), { cause: parsed.error });
}

/**
 * The connection that the settings `SETTING` or `SETTING__…` name; nothing when neither is set. The exact name wins, as it
 * does for the host.
 */
export function connectionIn(env: Env, setting: string): AzureConnection | undefined {
  return set(env, setting) ?? identityIn(env, setting);
}

const invalid = (text: string): Fault => new Fault('config.invalid', text);

/** The URL of a service of the storage account that an identity-based connection names, without a slash at its end. */
export function serviceUrl(connection: IdentityConnection, service: 'blob' | 'queue' | 'table'): string {
  const { setting, accountName } = connection;
  const uri = connection[`${service}ServiceUri`];
  if (uri !== undefined) {
    // A token that crosses the network in the clear is anybody's.
    if (!uri.startsWith('https://')) throw invalid(`${setting}__${service}ServiceUri is not https`);
    return uri.replace(/\/$/, '');
  }
  if (accountName !== undefined) return `https://${accountName}.${service}.core.windows.net`;
  throw invalid(
    `${setting}__… names no account: set ${setting}__accountName, or ${setting}__${service}ServiceUri`,
  );
}

/** The host of the Event Hubs namespace that an identity-based connection names. */
export function namespaceOf({ setting, fullyQualifiedNamespace }: IdentityConnection): string {
  if (fullyQualifiedNamespace !== undefined) return fullyQualifiedNamespace;
  throw invalid(
    `${setting}__… names no namespace: set ${setting}__fullyQualifiedNamespace (NAME.servicebus.windows.net)`,
  );
}
