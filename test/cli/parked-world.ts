import { runParked } from '../../cli/parked.js';
import type { DemoCrm } from '../../local/demo-crm/server.js';
import type { Clock } from '../../shared/core/ports.js';
import { settingOfSecret } from '../../shared/secrets.js';
import { fakeClock } from '../support/fakes.js';

/** What a command said and how it ended. */
export interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

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
export async function tributaryParked(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  more: { clock?: Clock; stop?: AbortSignal; onOut?: (text: string) => void; isTerminal?: boolean } = {},
): Promise<Said> {
  let [out, err] = ['', ''];
  const status = await runParked(args, {
    env,
    clock: more.clock ?? fakeClock(),
    out: (text) => {
      out += text;
      more.onOut?.(text);
    },
    err: (text) => {
      err += text;
    },
    isTerminal: more.isTerminal ?? false,
    stop: more.stop ?? new AbortController().signal,
  });
  return { status, out, err };
}
