import { startDynamoDb } from '../../local/emulators/dynamodb.js';
import { storeContract } from '../contracts/store.js';
import { dynamoDbGround } from './dynamodb-ground.js';

storeContract({
  name: 'DynamoDB (dynalite)',
  remote: true,
  room: 400 * 1024 - 256,
  async start() {
    const dynamo = await startDynamoDb();
    await dynamo.createStateTable('states');
    return dynamoDbGround(dynamo.endpoint, 'states', () => dynamo.close());
  },
});
