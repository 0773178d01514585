import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CAST_NAMES, CASTS, rounded } from '../../shared/core/casts.js';
import type { Json } from '../../shared/core/ports.js';

test('every cast has a name that a file can use', () => {
  expect([...CAST_NAMES].sort()).toEqual(Object.keys(CASTS).sort());
});

// What JSON.parse gives.
const json = fc.jsonValue().map((value) => value as Json);

test('a cast gives JSON of the right type or nothing, and the same when taken twice', () => {
  fc.assert(
    fc.property(json, fc.constantFrom(...CAST_NAMES), (value, name) => {
      const once = CASTS[name](value);
      if (once === undefined) return;
      expect(CASTS[name](once)).toEqual(once);
      if (name === 'string' || name === 'number' || name === 'boolean') expect(typeof once).toBe(name);
    }),
  );
});

describe('rounding', () => {
  /** A decimal number as people write it: whole part, then digits. */
  const decimal = fc.tuple(
    fc.integer({ min: -99_999, max: 99_999 }),
    fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 8 }),
  );

  test('goes by the digits that people see', () => {
    fc.assert(
      fc.property(decimal, fc.integer({ min: 0, max: 5 }), ([whole, digits], decimals) => {
        const text = `${whole}.${digits}`;
        const scaled = BigInt(`${Math.abs(whole)}${digits.padEnd(9, '0')}`);
        const unit = 10n ** BigInt(9 - decimals);
        const up = (scaled + unit / 2n) / unit;
        const expected = (whole < 0 ? -1 : 1) * Number(`${up}e-${decimals}`);
        expect(rounded(Number(text), decimals)).toBe(expected === 0 ? 0 : expected);
      }),
    );
  });

  test.each([
    [1.005, 2, 1.01],
    [-2.5, 0, -3],
    [8.345, 2, 8.35],
    [1.45, 1, 1.5],
    [0.1 + 0.2, 10, 0.3],
    [5e-7, 6, 0.000_001],
    [4e-7, 6, 0],
    [-4e-7, 6, 0],
    [123_456_789_012_345_680, 2, 123_456_789_012_345_680],
    [1.7e308, 10, 1.7e308],
    [9_007_199_254_740_991, 10, 9_007_199_254_740_991],
  ])('%d to %d decimals is %d', (value, decimals, expected) => {
    expect(rounded(value, decimals)).toBe(expected);
  });

  test('of any number is near it, and rounding again changes nothing', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 0, max: 10 }),
        (value, decimals) => {
          const once = rounded(value, decimals);
          if (typeof once !== 'number') throw new Error('no number');
          expect(Math.abs(once - value)).toBeLessThanOrEqual(0.5 * 10 ** -decimals + Math.abs(value) * 1e-15);
          expect(rounded(once, decimals)).toBe(once);
        },
      ),
    );
  });
});
