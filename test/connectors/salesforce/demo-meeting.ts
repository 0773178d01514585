import { afterEach } from 'vitest';
import { type DemoCrm, type DemoCrmOptions, startDemoCrm } from '../../../local/demo-crm/server.js';
import type { Action, Connector } from '../../../shared/core/remote.js';
import { never, secretsOf } from '../fakes.js';
import { open, salesforceAt } from '../subjects.js';
import { sleepingClock } from './answer-actions.js';

const running: DemoCrm[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((crm) => crm.close()));
});

/** A connector, and the CRM it speaks to. */
export interface Meeting {
  readonly crm: DemoCrm;
  readonly connector: Connector;
  send(...actions: readonly Action[]): ReturnType<Connector['send']>;
}

/** The connector and a CRM that share no code: each was written from the vendor's documentation alone. */
export async function meet(
  config: object = {},
  options: DemoCrmOptions = {},
  secret?: object,
): Promise<Meeting> {
  const crm = await startDemoCrm(options);
  running.push(crm);
  const { clientId, clientSecret } = crm;
  const secrets = secretsOf({ salesforce: JSON.stringify({ clientId, clientSecret, ...secret }) });
  const clock = { ...sleepingClock(), now: Date.now };
  const connector = open({ ...salesforceAt(crm.url), ...config }, { secrets, clock, random: () => 0 });
  return { crm, connector, send: (...actions) => connector.send(actions, never()) };
}
