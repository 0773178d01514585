import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { placeNames } from './file-place-names.js';
import { placeReading } from './file-place-reading.js';
import type { PlaceGround, PlaceStage, PlaceSubject } from './file-place-subject.js';
import { placeTrouble } from './file-place-trouble.js';

/** The promises of a place of files, held against one kind of it on a running service. */
export function filePlaceContract(subject: PlaceSubject): void {
  describe(subject.name, () => {
    let ground: PlaceGround | undefined;
    let stage: PlaceStage | undefined;
    const staged = (): PlaceStage => {
      if (stage === undefined) throw new Error('nothing is staged');
      return stage;
    };
    beforeAll(async () => {
      ground = await subject.start();
    });
    beforeEach(async () => {
      stage = await ground?.stage();
    });
    afterAll(async () => {
      await ground?.close();
    });

    describe('reading', () => placeReading(staged));
    describe('names', () => placeNames(subject, staged));
    const { network } = subject;
    if (network !== undefined) describe('trouble', () => placeTrouble({ ...subject, network }, staged));
  });
}
