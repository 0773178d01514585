import type { ResolvedRules, ResolveRules } from '../config/audience-names.js';
import type { CompiledRules } from '../core/compiled.js';
import { Fault } from '../core/fault.js';
import type { Clock, Log } from '../core/ports.js';
import type { ProfileExport } from '../core/profile.js';
import type { AudienceBook } from './audience-book.js';
import { audienceNames } from './audience-names.js';
import { namesSeen } from './names-seen.js';

/** What rules with names of audiences need. */
export interface NamedRulesDeps {
  /** The rules of a file that names no audience by its name in Adobe. */
  readonly rules: CompiledRules;
  /** Those of one that does. */
  readonly resolve: ResolveRules | undefined;
  readonly book: AudienceBook;
  readonly clock: Clock;
  readonly log: Log;
}

/** How often names are looked up again, milliseconds: while one leads nowhere, and when all are known. */
const SOON_MS = 60_000;
const LATER_MS = 900_000;
/** How long the book may take, milliseconds. */
const PATIENCE_MS = 5_000;

/** Says which rules hold for a batch with these records. */
export type RulesFor = (profiles: readonly ProfileExport[]) => Promise<CompiledRules>;

function tell({ found, unresolved }: ResolvedRules, log: Log): void {
  for (const [audience, { id, namespace }] of found)
    log.write('info', 'audience.found', { audience, namespace, id });
  for (const { audience, name, fault } of unresolved)
    log.write('warn', 'audience.unresolved', { audience, name, fault: fault.code, message: fault.message });
}

const keysOf = ({ found, unresolved }: ResolvedRules): string =>
  JSON.stringify([[...found], unresolved.map(({ audience }) => audience)]);

/**
 * Rules whose audiences are found by their names in Adobe, and a book of the names that exports carry. Names are looked up
 * now, then every quarter of an hour; every minute, and whenever an export brings a new name, while one leads nowhere. Rules
 * about such a name do not act, and the log says so each time. Throws a `store.*` Fault when the first look fails; later
 * ones leave what was known.
 */
export async function namedRules(deps: NamedRulesDeps): Promise<RulesFor> {
  const { rules, resolve, book, clock, log } = deps;
  const seen = namesSeen(deps);
  if (!resolve) {
    return async (profiles) => {
      if (seen.see(profiles)) await seen.keep();
      return rules;
    };
  }
  const read = () => book.all(clock.now() + PATIENCE_MS);
  let records = await read();
  // The record that brings a name is settled by what is known now, whether or not the name is in the book already.
  const look = (): ResolvedRules => resolve(audienceNames(seen.over(records)));
  let known = look();
  let lookedAt = clock.now();
  let looking: Promise<void> | undefined;
  tell(known, log);

  async function readAgain(): Promise<void> {
    try {
      if (!seen.rests()) records = await read();
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      log.write('warn', 'audience.names-unread', { fault: fault.code });
    }
  }

  async function lookAgain(): Promise<void> {
    try {
      await readAgain();
      const next = look();
      const isNews = keysOf(next) !== keysOf(known);
      if (isNews || next.unresolved.length > 0) tell(next, log);
      // Rules that mean the same stay the same objects: what is learnt about them stays warm.
      if (isNews) known = next;
    } finally {
      lookedAt = clock.now();
      looking = undefined;
    }
  }

  return async (profiles) => {
    const isNew = seen.see(profiles);
    if (isNew) await seen.keep(new Set(known.unresolved.map(({ name }) => name)));
    const lost = known.unresolved.length > 0;
    if ((isNew && lost) || clock.now() - lookedAt >= (lost ? SOON_MS : LATER_MS)) looking ??= lookAgain();
    await looking;
    return known.rules;
  };
}
