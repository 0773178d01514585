import { Fault } from '../shared/core/fault.js';
import type { Clock } from '../shared/core/ports.js';
import { pseudonymOf } from '../shared/pseudonym.js';
import { withNamed } from '../shared/secrets.js';
import type { Filter } from './parked-filter.js';

interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Pick<Clock, 'now'>;
}

/** The key with which the deployment names persons. */
async function logKey({ env, clock }: Machine): Promise<string> {
  const { TRIBUTARY_LOG_KEY: key = '' } = await withNamed(env, clock, 'TRIBUTARY_LOG_KEY');
  if (key !== '') return key;
  const text =
    'TRIBUTARY_LOG_KEY is not set; --person NAMESPACE:ID is looked for by the name that the logs use, which is made with the key of the deployment';
  throw new Fault('config.missing-setting', text);
}

/**
 * The filter with a person who is given as `namespace:id` under the one-way name that the logs use. Throws
 * `config.missing-setting` when the key for that is not known here, and what secrets throw.
 */
export async function withName(filter: Filter, machine: Machine): Promise<Filter> {
  const { person: who } = filter;
  if (!who?.includes(':')) return filter;
  const nameOf = pseudonymOf(await logKey(machine));
  // Persons are kept under entries of person.key in small letters.
  const id = who.replace(/^[^:]*/, (entry) => entry.toLowerCase());
  return { ...filter, person: nameOf(id) };
}
