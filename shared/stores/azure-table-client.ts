import { TableClient } from '@azure/data-tables';
import { Fault } from '../core/fault.js';

/** Plain HTTP is for an emulator on this machine; anywhere else the SDK refuses it. */
const LOOPBACK = /(?:^|;TableEndpoint=)http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])[:/]/i;

const hasSignature = (url: string): boolean => URL.canParse(url) && new URL(url).searchParams.has('sig');

/**
 * A client for a table of the account that `connection` names: a connection string (of Storage, Cosmos DB for Table or
 * an emulator) or the account's table URL with a shared access signature. The text is a secret and is never quoted.
 */
export function tableClient(connection: string, table: string): TableClient {
  const options = {
    allowInsecureConnection: LOOPBACK.test(connection),
    // The store does the retrying.
    retryOptions: { maxRetries: 0 },
  };
  if (/^https?:\/\//.test(connection)) {
    if (hasSignature(connection)) return new TableClient(connection, table, options);
    const text =
      'TRIBUTARY_STATE_CONNECTION is a URL without a shared access signature: add one (?sv=…&sig=…), or use a connection string';
    throw new Fault('config.invalid', text);
  }
  try {
    return TableClient.fromConnectionString(connection, table, options);
  } catch {
    // The SDK's own message could quote the secret.
    const text =
      'TRIBUTARY_STATE_CONNECTION is neither a connection string (AccountName=…;AccountKey=…) nor a URL with a signature';
    throw new Fault('config.invalid', text);
  }
}
