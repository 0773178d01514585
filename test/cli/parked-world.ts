import { runParked } from '../../cli/parked.js';
import type { DemoCrm } from '../../local/demo-crm/server.js';
import { settingOfSecret } from '../../shared/secrets.js';
import { type Lent, runLent, type Said } from './lent-world.js';

/** The settings of a deployment against a demo CRM, everything else in memory. */
export const settingsFor = (crm: DemoCrm, config: string): Record<string, string> => ({
  SALESFORCE_DOMAIN: crm.url,
  [settingOfSecret('salesforce')]: JSON.stringify({ clientId: crm.clientId, clientSecret: crm.clientSecret }),
  TRIBUTARY_CONFIG: config,
  TRIBUTARY_STATE: 'memory:cli',
  TRIBUTARY_PARKING: 'memory:cli',
  TRIBUTARY_DEAD_LETTERS: 'memory:cli',
});

/** Runs `tributary parked` in this process. */
export const tributaryParked = (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { isTerminal = false, ...lent }: Omit<Lent, 'env' | 'screen'> & { readonly isTerminal?: boolean } = {},
): Promise<Said> =>
  runLent(runParked, args, { ...lent, env, screen: { out: false, err: isTerminal, colours: false } });
