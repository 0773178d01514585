import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTime } from '../../../local/demo/oracle-time.js';
import { seededRandom } from '../../../local/demo/seeded-random.js';
import { instantAfter, pickShape, shapeFor, TIME_SHAPES } from '../../../local/demo/time-shapes.js';

describe('time shapes', () => {
  test('what is written is read back to the microsecond, by code that knows nothing of the shapes', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 4_000_000_000_000_000 }), (seed, wanted) => {
        const random = seededRandom(seed);
        for (const shape of [...TIME_SHAPES, pickShape(random)]) {
          const instant = instantAfter(wanted - 1, wanted, shape);
          expect(readTime(shape.write(instant))).toBe(instant);
          expect(readTime(shapeFor(instant, random).write(instant))).toBe(instant);
          expect(instantAfter(instant, wanted, shape)).toBeGreaterThan(instant);
        }
      }),
    );
  });
});
