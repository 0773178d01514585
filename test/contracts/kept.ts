import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { keptLetters } from './kept-letters.js';
import { keptParking } from './kept-parking.js';
import { keptReplay } from './kept-replay.js';
import type { KeptGround, KeptStage, KeptSubject } from './kept-subject.js';
import { keptTrouble } from './kept-trouble.js';

/** The laws of the retry queue and the dead letters; every pair of places is run through them. */
export function keptContract(subject: KeptSubject): void {
  describe(subject.name, () => {
    let ground: KeptGround | undefined;
    let stage: KeptStage | undefined;
    beforeAll(async () => {
      ground = await subject.start();
    });
    beforeEach(async () => {
      stage = await ground?.stage();
    });
    afterAll(() => ground?.close());
    const staged = (): KeptStage => {
      if (!stage) throw new Error('the service has not been started');
      return stage;
    };
    describe('dead letters', () => keptLetters(subject, staged));
    describe('retry queue', () => keptParking(subject, staged));
    describe('replay', () => keptReplay(subject, staged));
    if (subject.remote) describe('trouble', () => keptTrouble(staged));
  });
}
