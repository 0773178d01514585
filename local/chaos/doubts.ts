import type { Outcome } from '../../shared/core/remote.js';
import type { Invocation } from './host.js';

/** Follows the calls that must not be repeated: of whom it may be unknown whether they were made. */
export interface Doubts {
  /** An invocation has written down that it is about to call for a person. */
  announced(invocation: Invocation, key: string): void;
  answered(key: string, outcome: Outcome['kind']): void;
  /** A person's state was written by an invocation after it had called, or was not. */
  recorded(invocation: Invocation, key: string, isWritten: boolean): void;
  /** Whether some call for the person had no answer, or its answer was never recorded. */
  may(key: string): boolean;
}

/** Nobody is in doubt yet. */
export function createDoubts(): Doubts {
  const lost = new Set<string>();
  const open = new Map<string, Set<Invocation>>();
  return {
    announced: (invocation, key) => void open.set(key, (open.get(key) ?? new Set()).add(invocation)),
    answered(key, outcome) {
      if (outcome === 'unknown') lost.add(key);
    },
    recorded(invocation, key, isWritten) {
      // What was said then is lost for good, whatever the same invocation writes later.
      if (open.get(key)?.delete(invocation) && !isWritten) lost.add(key);
    },
    may: (key) => lost.has(key) || (open.get(key)?.size ?? 0) > 0,
  };
}
