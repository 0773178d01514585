import { Fault } from '../core/fault.js';
import type { Finding } from '../core/remote.js';

/** One thing a deployment depends on. */
export interface Part {
  /** E.g. `state` or `connection sales`. */
  readonly name: string;
  look(signal: AbortSignal): Promise<readonly Finding[]>;
}

/** What was found out about one part. */
export interface Diagnosis {
  readonly part: string;
  readonly findings: readonly Finding[];
}

/** Why a part could not be looked at, as a finding. Throws what is no fault: a broken program. */
export function findingOf(error: unknown): Finding {
  if (!(error instanceof Fault)) throw error;
  return { level: 'error', what: `${error.code}: ${error.message}` };
}

const late = (seconds: number): Finding => ({
  level: 'error',
  what: `no answer within ${seconds} s`,
  advice: 'Check the address, the network between here and there, and firewalls.',
});

/** Looks at one part, for so long at most; whatever it does, there are findings in the end. */
async function look(part: Part, ms: number, stop: AbortSignal): Promise<Diagnosis> {
  const timeout = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<readonly Finding[]>((resolve) => {
    timer = setTimeout(() => {
      timeout.abort();
      resolve([late(ms / 1000)]);
    }, ms);
  });
  try {
    const looked = part.look(AbortSignal.any([timeout.signal, stop])).catch((error) => [findingOf(error)]);
    return { part: part.name, findings: await Promise.race([looked, tooLate]) };
  } finally {
    clearTimeout(timer);
  }
}

/** Looks at all parts at once, for so many milliseconds at most; gives what was found in the parts' order, as it comes. */
export async function* lookAt(
  parts: readonly Part[],
  ms: number,
  stop: AbortSignal,
): AsyncGenerator<Diagnosis> {
  const all = parts.map((part) => look(part, ms, stop));
  // One that throws is met in its turn; until then nobody may call it unheard.
  for (const one of all) one.catch(() => undefined);
  for (const one of all) yield await one;
}
