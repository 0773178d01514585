import type { Closing } from './closing.js';
import { type FileProgress, isOver, type Reason } from './progress.js';

/** How it stands with a file and the full export it belongs to, for people. */
export interface FileState {
  /**
   * `new` (nobody has begun), `reading`, `rows`, `waiting`; `comparing` and `exits` of a full export whose rows are done; `waiting for
   * you`, `accepted`; or how it ended: `done`, `refused`, `changed`, `overtaken`.
   */
  readonly word: string;
  readonly why: Reason | undefined;
}

/**
 * Whether somebody has agreed to the exits that wait, and nobody has come to carry them out. Without exits it waits for something
 * that nobody can agree to.
 */
const isAccepted = ({ accepted, parts, exits }: Closing): boolean =>
  exits.length > 0 && accepted.length > 0 && parts.every((part) => accepted.includes(part));

/** A full export is done once it is known who has left by it. */
function exportState(closing: Closing): FileState {
  const { stage, reason: why } = closing;
  if (stage === 'done' || stage === 'overtaken') return { word: 'done', why: undefined };
  if (stage === 'waiting')
    return isAccepted(closing) ? { word: 'accepted', why: undefined } : { word: 'waiting for you', why };
  return why ? { word: 'waiting', why } : { word: stage, why };
}

/** How it stands with a file, by all that is kept of it; nothing is kept of one that nobody has been sent to. */
export function stateOf(progress: FileProgress | undefined, closing: Closing | undefined): FileState {
  if (!progress) return { word: 'new', why: undefined };
  const { stage, reason: why, turns } = progress;
  if (stage === 'done' && closing) return exportState(closing);
  if (isOver(progress)) return { word: stage, why };
  if (why) return { word: 'waiting', why };
  return { word: turns === 0 ? 'new' : stage, why };
}
