import type { Log } from './core/ports.js';

export const LEVELS = ['info', 'warn', 'error', 'silent'] as const;
export type Level = (typeof LEVELS)[number];

/** Which lines of level `info` are written. */
export interface Sample {
  /** Of so many, from 0 to 1; all unless set. */
  readonly share: number | undefined;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

const EVERY: Sample = { share: 1, random: () => 0 };

/** A number in [0, 1) that is the same for the same text: FNV-1a. */
function chanceOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash / 2 ** 32;
}

/** Lines of one batch are all there or none is. */
function isTaken({ share = 1, random }: Sample, batch: unknown): boolean {
  if (share >= 1) return true;
  return (typeof batch === 'string' ? chanceOf(batch) : random()) < share;
}

/**
 * Structured lines of JSON for the cloud's log. `write` gets one line; fields are codes, counts and hashed ids only. Warnings
 * and errors are always written, whatever the sample; a line that stands for others says of what share it is.
 */
export function jsonLog(
  level: Level,
  write: (line: string) => void,
  now: () => number,
  sample: Sample = EVERY,
): Log {
  const least = LEVELS.indexOf(level);
  return {
    write(at, event, fields) {
      if (LEVELS.indexOf(at) < least) return;
      if (at === 'info' && !isTaken(sample, fields['batch'])) return;
      const head = { time: new Date(now()).toISOString(), level: at, event };
      const share = at === 'info' && (sample.share ?? 1) < 1 ? { sample: sample.share } : {};
      // The head once more: no field may pass itself off as the time, the level or the event.
      write(`${JSON.stringify({ ...head, ...fields, ...share, ...head })}\n`);
    },
  };
}
