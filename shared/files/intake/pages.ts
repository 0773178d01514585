import { Closing } from './closing.js';
import type { IntakeDeps } from './deps.js';
import { Family } from './family.js';
import { FileIndex } from './index-page.js';
import { type Pages, pagesOf } from './page.js';
import { FileProgress } from './progress.js';

/** Every kind of page that the intake keeps. */
export interface IntakePages {
  readonly progress: Pages<FileProgress>;
  readonly closing: Pages<Closing>;
  readonly family: Pages<Family>;
  readonly index: Pages<FileIndex>;
}

/** The pages of the intake in a state store. */
export const intakePages = ({ store, clock }: Pick<IntakeDeps, 'store' | 'clock'>): IntakePages => ({
  progress: pagesOf(store, FileProgress, clock.now),
  closing: pagesOf(store, Closing, clock.now),
  family: pagesOf(store, Family, clock.now),
  index: pagesOf(store, FileIndex, clock.now),
});
