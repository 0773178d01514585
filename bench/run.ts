import { join } from 'node:path';
import type { Name } from './names.js';
import type { Said, Told } from './one.js';
import type { Options, Outcome } from './outcome.js';
import { ROOT } from './root.js';
import { forkKept } from './tidy.js';

/** A benchmark that has ended: with what it found, or with the reason why it found nothing. */
export type Ended = { readonly name: Name } & ({ readonly outcome: Outcome } | { readonly failure: string });

/**
 * Runs a benchmark in a process of its own: what it finds does then not depend on what ran before it, and what breaks it does not break
 * the others.
 */
export function runOne(name: Name, { onScenario, ...options }: Options): Promise<Ended> {
  const child = forkKept(join(ROOT, 'dist/bench/one.js'), [], {
    // What a benchmark prints is not among our results.
    stdio: ['ignore', 2, 2, 'ipc'],
    // As JSON no number would become null.
    serialization: 'advanced',
  });
  const told: Told = { name, ...options };
  return new Promise((resolve) => {
    const fail = (failure: string): void => resolve({ name, failure });
    // Sent by one.ts of the same build.
    child.on('message', (said: Said) => {
      if ('scenario' in said) onScenario(said.scenario);
      else resolve({ name, ...said });
    });
    child.once('error', ({ message }) => fail(message));
    // Not its exit: that may be heard of before its last message.
    child.once('disconnect', () => fail('its process ended without an answer'));
    child.send(told);
  });
}

/** Runs benchmarks one after the other, tells of each as it ends, and gives all of them in the end. */
export async function runAll(
  names: readonly Name[],
  options: Options,
  onEnd: (ended: Ended) => void | Promise<void>,
): Promise<readonly Ended[]> {
  const all: Ended[] = [];
  for (const [place, name] of names.entries()) {
    options.onScenario(`[${place + 1}/${names.length}] ${name}`);
    const ended = await runOne(name, options);
    all.push(ended);
    await onEnd(ended);
  }
  return all;
}

/** What was found, of those that found something. */
export const outcomesOf = (all: readonly Ended[]): readonly (readonly [Name, Outcome])[] =>
  all.flatMap((one) => ('outcome' in one ? [[one.name, one.outcome] as const] : []));

/** Why those found nothing that found nothing: a line each. */
export const failuresOf = (all: readonly Ended[]): readonly string[] =>
  all.flatMap((one) => ('failure' in one ? [`${one.name} FAILED: ${one.failure}`] : []));
