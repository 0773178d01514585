import { TableClient } from '@azure/data-tables';
import { Fault } from '../core/fault.js';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The connection is a secret: no message quotes it, nor what the SDK says of it. */
const invalid = (why: string): Fault => new Fault('config.invalid', `TRIBUTARY_STATE_CONNECTION ${why}`);

function clientFor(connection: string, table: string): TableClient {
  const options = {
    // Plain HTTP is let through here and judged below, where the endpoint is known.
    allowInsecureConnection: true,
    // The store does the retrying.
    retryOptions: { maxRetries: 0 },
  };
  if (!/^https?:\/\//.test(connection)) return TableClient.fromConnectionString(connection, table, options);
  if (new URL(connection).searchParams.has('sig')) return new TableClient(connection, table, options);
  throw invalid(
    'is a URL without a shared access signature: add one (?sv=…&sig=…), or use a connection string',
  );
}

/**
 * A client for a table of the account that `connection` names: a connection string (of Storage, Cosmos DB for Table or
 * an emulator) or the account's table URL with a shared access signature. Plain HTTP is for an emulator on this machine.
 */
export function tableClient(connection: string, table: string): TableClient {
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
