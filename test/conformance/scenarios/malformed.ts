import { gzipSync } from 'node:zlib';
import type { Scenario } from '../conformance.js';
import type { Kept, Mail } from '../outcome.js';
import { contact, mail, outcome, profile, raw, together } from '../people.js';

const json = (value: unknown): string => JSON.stringify(value);
const good = profile({ id: 'C-bad' });
const whole = json(good);
const withMember = (text: string): string => `${whole.slice(0, -1)},${text}}`;
const membership = (value: unknown): string =>
  json({ ...good, segmentMembership: { ups: { 'some-audience': value } } });
const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const badUtf8 = Buffer.concat([
  Buffer.from(whole.slice(0, 40)),
  Buffer.of(0xff),
  Buffer.from(whole.slice(40)),
]);
const since = '2026-03-01T10:00:00Z';

/** Every kind of message that cannot be read, with the code that says why. */
const BROKEN: readonly (readonly [name: string, body: string | Buffer, code: string])[] = [
  ['cut off', whole.slice(0, 60), 'decode.json'],
  ['not JSON', '<html>503</html>', 'decode.json'],
  ['a trailing comma', `${whole.slice(0, -1)},}`, 'decode.json'],
  ['a number', '42', 'decode.shape'],
  ['a long number', '12345678901234567890123', 'decode.shape'],
  ['null', 'null', 'decode.shape'],
  ['a text', '"profile"', 'decode.shape'],
  ['true', 'true', 'decode.shape'],
  ['an empty object', '{}', 'decode.shape'],
  ['an empty list', '[]', 'decode.shape'],
  ['memberships as a list', json({ ...good, segmentMembership: [] }), 'decode.shape'],
  ['a membership as text', membership('realized'), 'decode.shape'],
  ['identities as text', json({ ...good, identityMap: 'C-bad' }), 'decode.shape'],
  ['an id as a number', json({ ...good, identityMap: { crmid: [{ id: 7 }] } }), 'decode.shape'],
  ['a status as a number', membership({ status: 1, lastQualificationTime: since }), 'decode.status'],
  ['an unknown status', membership({ status: 'exiting', lastQualificationTime: since }), 'decode.status'],
  ['no time', membership({ status: 'realized', lastQualificationTime: 'yesterday' }), 'decode.time'],
  ['200 levels deep', withMember(`"deep":${nested(200)}`), 'decode.too-deep'],
  ['a member __proto__', withMember('"__proto__":{"polluted":true}'), 'decode.hostile-key'],
  ['a member __proto__ within', withMember('"a":[{"__proto__":1}]'), 'decode.hostile-key'],
  ['invalid UTF-8', badUtf8, 'decode.encoding'],
  ['empty', '', 'decode.empty'],
  ['blank', ' \n', 'decode.empty'],
  ['gzip cut off', gzipSync(whole).subarray(0, 40), 'decode.compression'],
  // What no stream takes as it is may still come compressed.
  ['too large', gzipSync(withMember(`"pad":"${'x'.repeat(10_500_000)}"`)), 'decode.too-large'],
];

const COMPANY = BROKEN.map((_, i) => `C-${i + 1}`);

/** Unusual, and well-formed all the same. */
const FINE: readonly Mail[] = [
  // A byte more than a million: what Event Hubs' and Kinesis' limit of 1 MiB leaves for the body, roundly.
  mail('nearly 1 MiB', { id: 'C-large', more: { pad: 'x'.repeat(1_000_000) } }),
  raw('gzip', gzipSync(json(profile({ id: 'C-gzip' })))),
  raw('wrapped', json({ profiles: [profile({ id: 'C-wrapped' })] })),
];

/** One message, three records, the middle one broken. */
const MIXED = together('mixed', [{ id: 'C-left' }, { id: '' }, { id: 'C-right' }]);

const DELIVERED = [...COMPANY, 'C-large', 'C-gzip', 'C-wrapped', 'C-left', 'C-right'];

const letter = (message: string, code: string, record = 0): Kept => ({ message, record, code, intact: true });

const MALFORMED: Scenario = {
  name: 'malformed records of every kind between good ones: each has its letter, the others arrive',
  async play(stage) {
    const mixedIn = BROKEN.flatMap(([name, body], i) => {
      const id = COMPANY[i] ?? '';
      return [raw(name, body), mail(id, { id })];
    });
    await stage.publish([...mixedIn, ...FINE, MIXED]);
    await stage.deployment.start();
    await stage.settled();
    const letters = [
      ...BROKEN.map(([name, , code]) => letter(name, code)),
      letter('mixed', 'decode.shape', 1),
    ];
    return outcome({
      endings: {
        ...Object.fromEntries(BROKEN.map(([name, , code]) => [name, `malformed ${code}`])),
        ...Object.fromEntries(
          [...COMPANY, ...FINE.map(({ name }) => name)].map((name) => [name, 'delivered']),
        ),
        mixed: 'delivered, malformed decode.shape, delivered',
      },
      letters: letters.sort((a, b) => (a.message < b.message ? -1 : 1)),
      rows: Object.fromEntries(DELIVERED.map((id) => [`Contact ${id}`, contact(id, 1)])),
      writes: Object.fromEntries(DELIVERED.map((id) => [`Contact ${id}`, [1]])),
    });
  },
};

/** What comes in cannot be read. */
export const UNREADABLE: readonly Scenario[] = [MALFORMED];
