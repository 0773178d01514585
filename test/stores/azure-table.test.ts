import { TableClient } from '@azure/data-tables';
import { startAzurite } from '../../local/emulators/azurite.js';
import { storeContract } from '../contracts/store.js';
import { azureTableGround } from './azure-table-ground.js';

storeContract({
  name: 'Azure Table (Azurite)',
  remote: true,
  room: 11 * 64 * 1024,
  async start() {
    const azurite = await startAzurite();
    const options = { allowInsecureConnection: true };
    await TableClient.fromConnectionString(azurite.connectionString, 'states', options).createTable();
    return azureTableGround(azurite.connectionString, 'states', () => azurite.close());
  },
});
