import fc from 'fast-check';
import { expect, test } from 'vitest';
import { phoneNumber } from '../../shared/tools/phone.js';

test.each(['de', 'XX', '', 'constructor', 'DEU'])('%j is no country', (country) => {
  const made = phoneNumber(country);
  expect(made.ok ? '' : made.fault.message).toBe(
    `${JSON.stringify(country)} is no country code such as DE, US or GB`,
  );
});

test('any text is a number in E.164, or none', () => {
  for (const country of ['DE', 'US', undefined]) {
    const made = phoneNumber(country);
    if (!made.ok) throw made.fault;
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789+ -()/.;ext=xabＡ１'), maxLength: 300 });
    fc.assert(
      fc.property(fc.oneof(fc.string(), digits), (text) => {
        expect(made.value(text) ?? '+10000').toMatch(/^\+[1-9]\d{1,14}$/);
      }),
    );
  }
});

test('a number read again is the same', () => {
  const made = phoneNumber('DE');
  if (!made.ok) throw made.fault;
  for (const text of ['030 1234567', '0151 23456789', '+1 202-555-0123']) {
    const number = made.value(text) ?? '';
    expect(made.value(number)).toBe(number);
  }
});
