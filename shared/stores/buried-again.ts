import type { KeptMessage } from '../core/kept.js';

/**
 * What a letter says when its record is buried again. A redelivery knows nothing of the edges its record made the first
 * time: what the earlier letter owes stays owed. If that includes something that may have been done already, this is what
 * the letter goes on saying, whatever else is refused: who mends that and replays the letter would do it twice.
 */
export function buriedAgain(earlier: KeptMessage | undefined, kept: KeptMessage): KeptMessage {
  if (kept.owed !== undefined || earlier?.owed === undefined) return kept;
  const { owed, fault, remote } = earlier;
  return fault.code === 'remote.doubtful'
    ? { ...kept, owed, fault, ...(remote && { remote }) }
    : { ...kept, owed };
}
