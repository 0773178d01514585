import fc from 'fast-check';
import { bodyOf } from './mapped.js';

/** Any profile with something at `v`, of any kind and of the kinds that steps are about. */
export function anyProfile(): fc.Arbitrary<{ v: unknown }> {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '2026-11-01',
      '9999-12-31T23:59:59Z',
      '0000-01-01T00:00:00+18:00',
      '+49 30 1234567',
      '1e400',
      '-0',
      'gold',
    ),
    fc.integer({ min: -1e15, max: 1e17 }).map(String),
  );
  const value = fc.letrec((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -1e15, max: 1e17 }),
      fc.constantFrom(null, true, false),
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(
        fc.constantFrom(
          'a',
          'b',
          'first',
          'last',
          'type',
          'sku',
          'city',
          'size',
          'length',
          'constructor',
          'toString',
        ),
        tie('json'),
        { maxKeys: 4 },
      ),
    ),
  })).json;
  return value.map((v) => ({
    ...bodyOf({ kind: 'identities', known: '{"Email": "ada@example.com"}' }),
    v,
  }));
}

/** A mapping of any kind, right or wrong, from pieces that are often right. */
export function anyMapping(): fc.Arbitrary<unknown> {
  const path = fc.constantFrom('v', 'v.a', 'v[0].sku', 'v[type=home].city', '$key', '$identity.email', 'a b');
  const text = fc.oneof(
    fc.string({ maxLength: 10 }),
    fc
      .array(
        fc.constantFrom(
          '{v}',
          '{v.a|x}',
          '{{ profile.v | ',
          'upcase',
          ' }}',
          '{% if key %}',
          '{% endif %}',
          '{',
          '}',
          '|',
          ' ',
        ),
        {
          maxLength: 6,
        },
      )
      .map((pieces) => pieces.join('')),
  );
  const constant = fc.constantFrom('x', 7, true, null);
  const sources = [
    fc.record({ from: path }),
    fc.record({ identity: fc.constantFrom('email', 'E mail') }),
    fc.record({ template: text }),
    fc.record({ liquid: text }),
    fc.record({ function: fc.constantFrom('initials', 'isHot', 'toString') }),
    fc.record({ member: fc.constantFrom('hot', 'cold') }),
    fc.record({ since: fc.constantFrom('hot', 'vip') }),
    fc.record({
      audiences: fc.constantFrom('all', ['vip'], ['vip', 'cold']),
      by: fc.constantFrom('name', 'id'),
    }),
    fc.record({ value: constant }),
    fc.record({ concat: fc.array(fc.oneof(path, fc.record({ from: path })), { maxLength: 3 }) }),
  ];
  const steps = fc.record(
    {
      join: fc.constantFrom(';', ''),
      as: fc.constantFrom('trim', 'number', ['string', 'capitalize'], 'lower'),
      lookup: fc.dictionary(fc.constantFrom('gold', 'true', '7', 'toString'), constant),
      date: fc.oneof(text, fc.constantFrom('yyyy', "HH'h'mm ZZ")),
      zone: fc.constantFrom('Europe/Berlin', 'Mars'),
      phone: fc.constantFrom('DE', 'international', 'XX'),
      decimals: fc.constantFrom(0, 2, 11),
      hash: fc.constant('sha256'),
      default: constant,
    },
    { requiredKeys: [] },
  );
  return fc.oneof(
    path,
    constant,
    fc.tuple(fc.oneof(...sources), steps).map(([source, more]) => ({ ...source, ...more })),
    fc.oneof(...sources),
  );
}
