import { afterEach } from 'vitest';
import {
  type DemoDynamics,
  type DemoDynamicsOptions,
  startDemoDynamics,
} from '../../../local/demo-dynamics/server.js';
import { secretsOf } from '../fakes.js';
import { config, openDynamics } from './environment.js';

const running: DemoDynamics[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((demo) => demo.close()));
});

/** Starts a demo environment that ends with the test. */
export async function startDemo(options: DemoDynamicsOptions = {}): Promise<DemoDynamics> {
  const demo = await startDemoDynamics(options);
  running.push(demo);
  return demo;
}

/** The connection to a demo environment, as a config file would hold it. */
export const configOf = ({ url, tenant }: DemoDynamics, more: Readonly<Record<string, unknown>> = {}) =>
  config({ url, authority: url, tenant, timeoutMs: 5000, ...more });

/** The secret that the connection names. */
export const secretsFor = ({ clientId, clientSecret }: DemoDynamics, more = {}) =>
  secretsOf({ dynamics: JSON.stringify({ clientId, clientSecret, ...more }) });

/** The connector and an environment that share no code: each was written from the vendor's documentation alone. */
export async function meet(
  options: DemoDynamicsOptions = {},
  more: Readonly<Record<string, unknown>> = {},
  secret = {},
) {
  const demo = await startDemo(options);
  const connector = openDynamics(configOf(demo, more), { secrets: secretsFor(demo, secret) });
  return { demo, connector };
}
