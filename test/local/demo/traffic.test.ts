import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Expected, expectedState } from '../../../local/demo/oracle.js';
import { readMessage } from '../../../local/demo/oracle-reading.js';
import { generate, type TrafficOptions, traffic } from '../../../local/demo/traffic.js';
import { type GeneratedEvent, TRAFFIC_MIX } from '../../../local/demo/traffic-kinds.js';

const T0 = Date.parse('2026-03-01T00:00:00Z');
const options = (seed: number, events: number): TrafficOptions => ({ seed, events, startAt: T0 });

/** All of an event, with its bytes as text that can be compared fast. */
const inText = ({ body, ...rest }: GeneratedEvent): object => ({ ...rest, body: body.toString('base64') });

/** The text of a body, for looking at what is in it. */
const textOf = ({ body }: GeneratedEvent): string =>
  (body[0] === 0x1f ? gunzipSync(body) : body).toString('utf8');

describe('generate', () => {
  test('the same seed gives the same bytes, another seed others', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 80 }), (seed, events) => {
        const first = generate(options(seed, events));
        expect(generate(options(seed, events)).map(inText)).toEqual(first.map(inText));
        expect(first).toHaveLength(events);
        expect(generate(options(seed + 1, events)).map(textOfAny)).not.toEqual(first.map(textOfAny));
      }),
      { numRuns: 25 },
    );
  });
  test('a longer run begins with the shorter one', () => {
    const persons = 40;
    const long = generate({ ...options(7, 60), persons });
    expect(generate({ ...options(7, 30), persons }).map(inText)).toEqual(long.slice(0, 30).map(inText));
    expect([...traffic({ ...options(7, 60), persons })].map(inText)).toEqual(long.map(inText));
  });
  test('no option says: another time, other times', () => {
    const later = generate({ ...options(7, 5), startAt: T0 + 86_400_000 });
    expect(later.map(textOfAny)).not.toEqual(generate(options(7, 5)).map(textOfAny));
  });
});

/** Bytes as text, for bodies that are no text too. */
const textOfAny = ({ body }: GeneratedEvent): string => body.toString('base64');

describe('a run of ten thousand', () => {
  let events: GeneratedEvent[] = [];
  let good: GeneratedEvent[] = [];
  let texts: string[] = [];
  let readings: ReturnType<typeof readMessage>[] = [];
  let state: Expected;
  beforeAll(() => {
    events = generate(options(2026, 10_000));
    good = events.filter(({ malformed }) => !malformed);
    texts = good.map(textOf);
    readings = events.map(({ body }) => readMessage(body));
    state = expectedState(events.map(({ body }, i) => ({ body, at: T0 + i })));
  });
  const share = (is: (event: GeneratedEvent) => boolean): number => events.filter(is).length / events.length;

  test.each(TRAFFIC_MIX.map(({ kind, share: perMille }) => [kind, perMille] as const))(
    'the share of %s is %i in a thousand',
    (kind, perMille) => {
      const found = 1000 * share((event) => event.kind.split(':')[0] === kind);
      // Where a kind is not possible yet, an entry takes its place.
      const spare = kind === 'entry' ? 40 : 0;
      expect(found).toBeGreaterThan(perMille * 0.7 - 2);
      expect(found).toBeLessThan(perMille * 1.15 + 5 + spare);
    },
  );
  test('one in a hundred is malformed, in at least thirty ways', () => {
    const malformed = events.filter((event) => event.malformed);
    expect(share((event) => event.malformed)).toBeGreaterThan(0.007);
    expect(share((event) => event.malformed)).toBeLessThan(0.013);
    expect(malformed.every(({ kind }) => kind.startsWith('malformed:'))).toBe(true);
    expect(new Set(malformed.map(({ kind }) => kind)).size).toBeGreaterThan(30);
  });
  test('every body that is not malformed can be read, and every other has one record that cannot', () => {
    const wrong = events.filter(({ records, malformed }, i) => {
      const read = readings[i] ?? [];
      const unreadable = read.filter((record) => record === undefined).length;
      return read.length !== records || unreadable !== (malformed ? 1 : 0);
    });
    expect(wrong.map(inText)).toEqual([]);
  });
  test('sizes are those of real exports', () => {
    const sizes = good.map(({ body }) => body.length).sort((a, b) => a - b);
    const median = sizes[sizes.length >> 1];
    expect(sizes[0]).toBeGreaterThanOrEqual(500);
    expect(sizes.at(-1)).toBeLessThanOrEqual(10_000);
    expect(median).toBeGreaterThan(1500);
    expect(median).toBeLessThan(2500);
  });
  test('people: most have a row, some are always refused, none is left open', () => {
    const { contacts, rejected, unaddressed, undecided, records } = state;
    expect(contacts.size).toBeGreaterThan(800);
    expect(rejected.size / contacts.size).toBeGreaterThan(0.01);
    expect(rejected.size / contacts.size).toBeLessThan(0.05);
    expect(unaddressed / records).toBeGreaterThan(0.015);
    expect(unaddressed / records).toBeLessThan(0.04);
    expect(undecided.size).toBe(0);
    expect(state.entries.upper.size).toBeGreaterThan(state.entries.lower.size);
    const keys = [...contacts.keys()];
    for (const form of [/^C-\d{6}$/, /^person\.\d+@example\.com$/, /^Person\.\d+@Example\.com$/]) {
      expect(keys.filter((key) => form.test(key)).length).toBeGreaterThan(25);
    }
  });
  test('refused people carry their long name in every record, and nobody else has one', () => {
    const records = readings.flat().filter((record) => record !== undefined);
    const long = records.filter(({ profile }) =>
      JSON.stringify(profile['person'] ?? '').includes('Featherstonehaugh'),
    );
    const keys = new Set(long.map(({ identities }) => identities.get('crmid')?.[0]));
    const all = records.filter(({ identities }) => keys.has(identities.get('crmid')?.[0] ?? ''));
    expect(keys.has(undefined)).toBe(false);
    expect(keys.size).toBeGreaterThan(15);
    expect(all).toHaveLength(long.length);
  });
  test('every feature of the wire occurs', () => {
    const seen = (form: RegExp): number => texts.filter((text) => form.test(text)).length;
    const forms = [
      /"status":"existing"/,
      /"status":"REALIZED"/,
      /"status":"Active"/,
      /"status":"expired"/,
      /"status":"EXITED"/,
      /"CRMID":/,
      /"CrmId":/,
      /"EMAIL":/,
      /"ECID":/,
      /"primary":true/,
      /"id":"C-\d{6}-b"/,
      /"id":"!C-\d{6}"/,
      /"lastQualificationTime":"[^"]{19}Z"/,
      /:\d\d\+00:00"/,
      /:\d\d\+0000"/,
      /\.\d{3}\+0000"/,
      /\.\d{6}Z"/,
      /Time":"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"/,
      /Time":"\d{4}-\d\d-\d\dT\d\d:\d\d"/,
      /\{"status":"realized"/,
      /\{"lastQualificationTime":"[^"]+"\}/,
      /"name":"vip"/,
      /"mappingUpdatedAt":\d{13}/,
      /"ups":\{[^}]*"vip-2026"/,
      /"externalaudiences":\{"59bd2fkd/,
      /"note":"__proto__"/,
      /"points":null/,
      /^\{\n {2}"/,
      /\\u0141ukasik/,
      /^\{"identityMap"/,
      /\r\n\{/,
    ];
    expect(forms.filter((form) => seen(form) === 0)).toEqual([]);
    const memberships = good
      .flatMap(({ body }) => readMessage(body))
      .map((record) => record?.assertions.length ?? 0);
    expect(Math.max(...memberships)).toBe(20);
  });
  test('old and equal times come after newer ones, and repeats are byte for byte', () => {
    const earlier = new Set<string>();
    const again = { repeated: 0, duplicate: 0, late: 0, reordered: 0 };
    for (const event of events) {
      const bytes = textOfAny(event);
      if (earlier.has(bytes) && event.kind in again) again[event.kind as keyof typeof again] += 1; // just looked up
      earlier.add(bytes);
    }
    expect(again.reordered).toBe(0);
    expect(again.duplicate / events.length).toBeGreaterThan(0.03);
    expect(again.repeated / events.length).toBeGreaterThan(0.08);
    expect(again.late / events.length).toBeGreaterThan(0.03);
  });
  test('one person comes by several partition keys', () => {
    const own =
      events.filter(({ partitionKey }) => partitionKey.startsWith('person-')).length / events.length;
    expect(own).toBeGreaterThan(0.7);
    expect(own).toBeLessThan(0.85);
    expect(events.every(({ partitionKey }) => partitionKey.length > 0 && partitionKey.length < 128)).toBe(
      true,
    );
  });
});
