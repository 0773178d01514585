import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { atPath, type Profile, readProfileFile } from '../../shared/config/profile-file.js';
import { typesOf } from '../../shared/config/profile-types.js';

function profileOf(value: unknown): Profile {
  const read = readProfileFile(typeof value === 'string' ? value : JSON.stringify(value), './p.json');
  if (!read.ok) throw read.fault;
  return read.value;
}

/** What stands at a path: its kinds in order, `anything`, or what is wrong. */
function at(profile: Profile, path: string): string {
  const found = atPath(profile, path);
  if ('fault' in found) return found.fault;
  return found.shape.kinds ? [...found.shape.kinds].sort().join(' or ') : 'anything';
}

/** As Adobe exports a schema: parts put together, references within the file, prefixes in older ones. */
const XDM = {
  $schema: 'http://json-schema.org/draft-06/schema#',
  type: 'object',
  allOf: [{ $ref: '#/definitions/person' }, { $ref: 'https://ns.adobe.com/xdm/context/profile-other' }],
  properties: {
    loyalty: {
      type: 'object',
      properties: { points: { type: 'integer' }, tier: { type: 'string', enum: ['gold', 'silver'] } },
    },
  },
  definitions: {
    person: {
      properties: {
        'xdm:person': {
          type: 'object',
          properties: {
            'xdm:name': { type: 'object', properties: { 'xdm:lastName': { type: ['string', 'null'] } } },
          },
        },
        addresses: { type: 'array', items: { $ref: '#/definitions/address' } },
        tags: { type: 'object', additionalProperties: { type: 'string' } },
        any: {},
        bare: { type: 'object' },
        either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
        self: { $ref: '#/definitions/person' },
      },
    },
    address: {
      type: 'object',
      properties: { type: { type: 'string' }, city: { type: 'string' }, 'a/b~c': { type: 'boolean' } },
    },
  },
};
/** The same, but for what lies outside. */
const CLOSED = { ...XDM, allOf: XDM.allOf.slice(0, 1) };

describe('a schema', () => {
  const profile = profileOf(CLOSED);

  test.each([
    ['loyalty.points', 'number'],
    ['loyalty.tier', 'text'],
    ['person.name.lastName', 'text'],
    ['addresses', 'list'],
    ['addresses[0].city', 'text'],
    ['addresses[type=home].city', 'text'],
    ['tags.whatever', 'text'],
    ['any.thing', 'anything'],
    ['bare.thing', 'anything'],
    ['either', 'number or text'],
    ['self.self.self.tags', 'object'],
    ['identityMap.ecid', 'anything'],
    ['segmentMembership.ups.x.status', 'anything'],
  ])('has %s: %s', (path, expected) => {
    expect(profile.from).toBe('schema');
    expect(at(profile, path)).toBe(expected);
  });

  test.each([
    ['loyalti.points', './p.json has no "loyalti"; did you mean "loyalty"?'],
    ['loyalty.point', '"loyalty" has no "point" in ./p.json; did you mean "points"?'],
    ['loyalty.points.x', '"loyalty.points" is a number and has no members'],
    ['loyalty[0]', '"loyalty" is an object and no list'],
    [
      'addresses.city',
      '"addresses" is a list and has no members; name one of its items: addresses[0].city, or addresses[member=value].city',
    ],
    ['addresses[0].town', '"addresses[0]" has no "town" in ./p.json'],
    ['addresses[typ=home].city', '"addresses[0]" has no "typ" in ./p.json; did you mean "type"?'],
    ['constructor', './p.json has no "constructor"'],
    ['loyalty.__proto__', '"loyalty" has no "__proto__" in ./p.json'],
  ])('has no %s', (path, expected) => {
    expect(at(profile, path)).toBe(expected);
  });

  test('that leaves something to another file may have any member', () => {
    expect(at(profileOf(XDM), 'loyalti')).toBe('anything');
    expect(at(profileOf(XDM), 'loyalty.point')).toContain('has no "point"');
  });

  test('says which values there are', () => {
    const found = atPath(profile, 'loyalty.tier');
    expect('shape' in found && [...(found.shape.values ?? [])]).toEqual(['gold', 'silver']);
  });

  test.each([
    ['a reference to itself', { properties: { a: { $ref: '#/properties/a' } } }],
    [
      'a ring',
      {
        properties: { a: { $ref: '#/$defs/b' } },
        $defs: { b: { $ref: '#/$defs/c' }, c: { allOf: [{ $ref: '#/$defs/b' }] } },
      },
    ],
    ['a reference to nothing', { properties: { a: { $ref: '#/nowhere/0' } } }],
    [
      'things of other types',
      { $schema: 1, properties: { a: { type: 5, properties: [], allOf: {}, enum: 'x' } } },
    ],
  ])('that leads nowhere says nothing: %s', (_, schema) => {
    expect(at(profileOf(schema), 'a.b')).toBe('anything');
  });
});

describe('a sample', () => {
  const SAMPLE = {
    person: { name: { lastName: 'Example' } },
    loyalty: { points: 5, tier: null },
    orders: [{ total: 1 }, { sku: 'x' }],
    empty: [],
    identityMap: { crmid: [{ id: 'C-1' }] },
  };

  test.each([
    ['one export', JSON.stringify(SAMPLE)],
    ['printed over lines', JSON.stringify(SAMPLE, null, 2)],
    ['with a byte order mark', `\uFEFF${JSON.stringify(SAMPLE)}`],
    [
      'several of which each has a part',
      Object.entries(SAMPLE)
        .map(([name, value]) => JSON.stringify({ [name]: value }))
        .join('\n'),
    ],
    ['a list', JSON.stringify([SAMPLE])],
  ])('may be %s', (_, text) => {
    const profile = profileOf(text);
    expect(profile.from).toBe('sample');
    const paths = [
      'loyalty.points',
      'loyalty.tier',
      'orders[0].total',
      'orders[0].sku',
      'empty[0].x',
      'loyalty.point',
    ];
    expect(paths.map((path) => at(profile, path))).toEqual([
      'number',
      'anything',
      'number',
      'text',
      'anything',
      '"loyalty" has no "point" in ./p.json; did you mean "points"?',
    ]);
  });

  test('is what all of its records are', () => {
    expect(at(profileOf('{"a":1}\n{"a":"x"}\n{"a":null}'), 'a')).toBe('number or text');
  });
});

test.each([
  ['nothing', ''],
  ['no JSON', 'a: b'],
  ['a text', '"secret-of-somebody"'],
  ['no objects', '[1, 2]'],
])('what is neither is refused without being shown: %s', (_, text) => {
  const read = readProfileFile(text, './p.json');
  expect(read.ok).toBe(false);
  if (read.ok) return;
  expect(read.fault.code).toBe('config.invalid');
  expect(read.fault.message).toMatch(/^is neither a JSON schema nor a sample of a profile export: /);
  expect(read.fault.message).not.toContain('somebody');
});

test('the types of all paths end, however the schema goes round', () => {
  const types = typesOf(profileOf(CLOSED));
  expect(types.get('loyalty.points')).toBe('number');
  expect(types.get('either')).toBe('any');
  expect(types.get('self.self.addresses')).toBe('array');
  expect(types.size).toBeLessThan(10_001);
});

/** Schemas of every shape, right and wrong, that refer to each other. */
const anySchema = fc.letrec((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small' },
    fc.jsonValue({ maxDepth: 1 }),
    fc.record({
      $ref: fc.constantFrom('#', '#/properties/a', '#/properties/a/items', '#/x~1y/0', 'https://example.com'),
    }),
    fc.record(
      {
        type: fc.constantFrom('string', 'object', 'array', 'null', ['string', 'number'], 'wat'),
        properties: fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'xdm:c'), tie('schema')),
        items: tie('schema'),
        allOf: fc.array(tie('schema'), { maxLength: 3 }),
        anyOf: fc.array(tie('schema'), { maxLength: 3 }),
        additionalProperties: tie('schema'),
        enum: fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 3 }),
      },
      { requiredKeys: [] },
    ),
  ),
})).schema;

test('no schema makes it throw, or go on for ever', () => {
  const paths = ['a', 'a.a.a', 'b[0].a', 'a[x=1].c', 'c.length', '__proto__.a', 'a[3][4]'];
  fc.assert(
    fc.property(anySchema, (schema) => {
      const read = readProfileFile(
        JSON.stringify({ $schema: 'x', properties: { a: schema, b: schema } }),
        'p',
      );
      expect(read.ok).toBe(true);
      if (!read.ok) return;
      for (const path of paths) expect(typeof at(read.value, path)).toBe('string');
      typesOf(read.value);
    }),
    { numRuns: 100 },
  );
});
