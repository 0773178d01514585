import { randomUUID } from 'node:crypto';
import { RestError, TableClient } from '@azure/data-tables';
import { tableStore } from '../../shared/stores/azure-table.js';
import { TTL_DAYS } from '../../shared/stores/deps.js';
import { personKey } from '../../shared/stores/person-key.js';
import type { StoreGround, StoreSetup } from '../contracts/store-subject.js';

const busy = (statusCode: number, code: string) => new RestError('busy', { statusCode, code });
const hungUp = () => new RestError('socket hang up', { code: 'ECONNRESET' });

/** A client whose requests a test may interfere with, as the SDK's own errors. */
export function azureTableClient(
  connection: string,
  table: string,
  interfere: StoreSetup['interfere'],
): TableClient {
  let index = 0;
  return TableClient.fromConnectionString(connection, table, {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [
      {
        position: 'perCall',
        policy: {
          name: 'interfere',
          async sendRequest(request, next) {
            const what = interfere?.(`${request.url} ${String(request.body)}`, index++) ?? 'none';
            if (what === 'throttled') throw busy(429, 'TooManyRequests');
            if (what === 'unavailable') throw busy(503, 'ServerBusy');
            const answer = await next(request);
            if (what === 'lost') throw hungUp();
            return answer;
          },
        },
      },
    ],
  });
}

/** Stores on a table of an account, whichever it is. */
export function azureTableGround(
  connection: string,
  madeTable: string,
  end: () => Promise<void>,
): StoreGround {
  return {
    open({ clock, random = Math.random, ttlDays = TTL_DAYS, table = madeTable, ...setup }) {
      const other = `TableEndpoint=${setup.endpoint}/devstoreaccount1`;
      const account = setup.endpoint ? connection.replace(/TableEndpoint=[^;]*/, other) : connection;
      const client = azureTableClient(account, table, setup.interfere);
      return tableStore({ client, clock, random, ttlDays, newToken: randomUUID });
    },
    async spoil(id) {
      const entity = { partitionKey: personKey(id), rowKey: 'state', state0: Buffer.from('mine') };
      await azureTableClient(connection, madeTable, undefined).createEntity(entity);
    },
    close: end,
  };
}
