import type { CompiledRules } from '../core/compiled.js';
import { type Explanation, explain } from '../core/explain.js';
import { personOf } from '../core/person.js';
import { readProfile } from '../core/profile.js';
import type { EventRecord } from '../events/read-events.js';
import type { Home } from '../pipeline/atlas.js';
import { whoIs } from '../pipeline/whois.js';
import type { DryRun, Played } from './dry-run.js';

/** A record, what it comes to, and the reasons. */
export interface Explained {
  readonly record: EventRecord;
  /** When it counts as taken in, epoch milliseconds. */
  readonly at: number;
  readonly person: Home | undefined;
  /** Undefined when the record cannot be read or belongs to nobody. */
  readonly explanation: Explanation | undefined;
  readonly played: Played;
}

/** Plays the next record of a run, and says why it does what it does. `at` is when it counts as taken in. */
export async function explained(
  record: EventRecord,
  at: number,
  run: DryRun,
  rules: CompiledRules,
): Promise<Explained> {
  const profile = record.item.ok ? readProfile(record.item.value) : undefined;
  const person = profile?.ok ? personOf(profile.value, rules) : undefined;
  const found = person && (await whoIs(person, run.states));
  const explanation =
    profile?.ok && found?.key !== undefined
      ? explain(found.state, { profile: profile.value, key: found.key, at }, rules)
      : undefined;
  const played = await run.play(record, at);
  return { record, at, person: found, explanation, played };
}
