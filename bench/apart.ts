import { join } from 'node:path';
import type { CoreResult } from './core.js';
import type { ContestResult } from './peers-measure.js';
import type { Pace } from './rivals.js';
import { ROOT } from './root.js';
import { forkKept } from './tidy.js';

/** A part of a benchmark, by its name. */
export type Part = { readonly kind: 'core' | 'contest'; readonly name: string } & Pace;

/** What its process answers. */
export type Answer = { readonly result: unknown } | { readonly failure: string };

/** What a part of that kind comes to. */
interface Results {
  readonly core: CoreResult;
  readonly contest: ContestResult;
}

/**
 * Measures a part in a process of its own, as a deployment has nothing else in its process either: what another part has made the engine
 * compile for its shapes costs up to half of the speed. Rejects with what the part throws.
 */
export function apart<K extends Part['kind']>(part: Part & { readonly kind: K }): Promise<Results[K]> {
  const child = forkKept(join(ROOT, 'dist/bench/apart-child.js'), [], {
    stdio: ['ignore', 2, 2, 'ipc'],
    // As JSON no number would become null.
    serialization: 'advanced',
  });
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(why));
    child.once('message', (answer: Answer) => {
      if ('failure' in answer) fail(answer.failure);
      // Made by apart-child.ts of the same build for that kind.
      else resolve(answer.result as Results[K]);
    });
    child.once('error', ({ message }) => fail(message));
    // Not its exit: that may be heard of before its last message.
    child.once('disconnect', () => fail(`the process of ${part.name} ended without an answer`));
    child.send(part);
  });
}
