import { TableClient } from '@azure/data-tables';
import { Fault } from '../core/fault.js';
import { type AzureConnection, type IdentityConnection, serviceUrl } from './azure-connection.js';
import { credentialOf } from './azure-credential.js';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The connection is a secret: no message quotes it, nor what the SDK says of it. */
const invalid = (why: string): Fault => new Fault('config.invalid', `TRIBUTARY_STATE_CONNECTION ${why}`);

/** The store does the retrying. */
const ONE_TRY = { retryOptions: { maxRetries: 0 } };

function clientFor(connection: string, table: string): TableClient {
  // Plain HTTP is let through here and judged below, where the endpoint is known.
  const options = { ...ONE_TRY, allowInsecureConnection: true };
  if (!/^https?:\/\//.test(connection)) return TableClient.fromConnectionString(connection, table, options);
  if (new URL(connection).searchParams.has('sig')) return new TableClient(connection, table, options);
  throw invalid(
    'is a URL without a shared access signature: add one (?sv=…&sig=…), or use a connection string',
  );
}

const byIdentity = async (connection: IdentityConnection, table: string): Promise<TableClient> =>
  new TableClient(serviceUrl(connection, 'table'), table, await credentialOf(connection), ONE_TRY);

/**
 * A client for a table of the account that `connection` names: a connection string (of Storage, Cosmos DB for Table or
 * an emulator), the account's table URL with a shared access signature, or an identity. Plain HTTP is for an emulator on
 * this machine.
 */
export async function tableClient(connection: AzureConnection, table: string): Promise<TableClient> {
  return typeof connection === 'string' ? byText(connection, table) : byIdentity(connection, table);
}

function byText(connection: string, table: string): TableClient {
  let client: TableClient;
  try {
    client = clientFor(connection, table);
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw invalid(
      'is neither a connection string (AccountName=…;AccountKey=…) nor a URL with a shared access signature',
    );
  }
  const { protocol, hostname } = new URL(client.url);
  if (protocol === 'https:' || LOOPBACK.has(hostname)) return client;
  throw invalid('names an http address: only https is used, except for an emulator on this machine');
}
