import { join } from 'node:path';
import { consumerOf } from '../lambdas/consumer.js';
import type { LambdaHandler } from '../local/lambda-invoker.js';
import { assemble } from '../shared/assemble.js';
import { once } from '../shared/once.js';
import { settingOfSecret } from '../shared/secrets.js';
import { closeMemories } from '../shared/stores/open.js';
import type { World } from './journey-world.js';
import { ROOT } from './root.js';

/** The Lambda as it is deployed, put together from settings, with its state in the table. */
export function deployed(world: World): LambdaHandler {
  const { url, clientId, clientSecret } = world.crm;
  // The SDK reads them there and nowhere else.
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: world.table,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  closeMemories();
  const settings = {
    AWS_REGION: 'eu-central-1',
    SALESFORCE_DOMAIN: url,
    [settingOfSecret('salesforce')]: JSON.stringify({ clientId, clientSecret }),
    TRIBUTARY_CONFIG: join(ROOT, 'bench/journey.yaml'),
    TRIBUTARY_STATE: 'dynamodb:states',
    TRIBUTARY_PARKING: 'memory:bench',
    TRIBUTARY_DEAD_LETTERS: 'memory:bench',
    TRIBUTARY_LOG_LEVEL: 'silent',
    TRIBUTARY_LOG_KEY: 'the benchmark writes no log of persons',
  };
  const handler = consumerOf(once(() => assemble(settings)));
  return (event, context) => handler(event, context);
}
