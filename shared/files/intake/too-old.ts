import { Fault } from '../../core/fault.js';
import type { FileEntry } from '../ports.js';
import type { IntakeDeps } from './deps.js';

const DAY_MS = 86_400_000;
/** The clock of a place may be ahead of ours. */
const SKEW_MS = 3_600_000;

/**
 * Why a file that nothing is known of must not be begun: it has lain there for longer than anything is remembered, so it may have
 * been worked before, and those whom it is about may have left since. `file.too-old`; undefined when it may be begun.
 */
export function tooOld(
  { name, at }: Pick<FileEntry, 'name' | 'at'>,
  { clock, keptMs }: Pick<IntakeDeps, 'clock' | 'keptMs'>,
): Fault | undefined {
  if (keptMs === undefined || at + keptMs - SKEW_MS > clock.now()) return undefined;
  const text = `${name} was written ${new Date(at).toISOString()}, and nothing is remembered for longer than ${Math.round(keptMs / DAY_MS)} days (TRIBUTARY_STATE_TTL_DAYS): it may have been worked before, and who is in it may have left since; if it is to be worked all the same, have it written anew`;
  return new Fault('file.too-old', text);
}
