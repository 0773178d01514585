import { deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import { exactJson } from '../../shared/stores/exact-json.js';
import { decodeKept, decodeWhole, encodeClaim, encodeKept } from '../../shared/stores/kept-codec.js';
import { claimName, dayOf, keptHash, letterName } from '../../shared/stores/kept-name.js';
import { fromText, textLength, toText } from '../../shared/stores/kept-text.js';
import { waitOf } from '../../shared/stores/park-wait.js';
import { anyKept, HOSTILE, NOW, noise, plain, sample } from './kept-samples.js';

const FORMAT = { code: 'park.format' };
const whole = (bytes: Uint8Array) => {
  const decoded = decodeWhole(bytes);
  if (!decoded.ok) throw decoded.fault;
  return plain(decoded.value);
};

describe('bytes', () => {
  test('any message comes back as it was: bytes, text, parsed values, positions, reasons', () => {
    fc.assert(
      fc.property(anyKept, (kept) => {
        expect(whole(encodeKept(kept))).toEqual(plain(kept));
      }),
      { numRuns: 2_000 },
    );
  });

  test('through the text of a queue, and with base64 put on or taken off once too often', () => {
    fc.assert(
      fc.property(anyKept, (kept) => {
        const bytes = encodeKept(kept, NOW);
        const text = toText(bytes);
        expect(text).toMatch(/^VEtN[A-Za-z0-9+/=]*$/);
        expect(text.length).toBe(textLength(bytes.length));
        for (const form of [bytes, Buffer.from(text), Buffer.from(Buffer.from(text).toString('base64'))])
          expect(decodeKept(fromText(form))).toMatchObject({ ok: true, value: { kind: 'kept', due: NOW } });
      }),
    );
  });

  test('raw bytes are the very same, also those that are no text, gzip or a megabyte long', () => {
    for (const body of [Buffer.of(0, 255, 254, 10), Buffer.of(0x1f, 0x8b, 0, 0), noise(1_048_576)]) {
      const decoded = decodeWhole(encodeKept(sample({}, { body })));
      expect(decoded.ok && Buffer.compare(Buffer.from(body), decoded.value.message.body as Buffer)).toBe(0);
    }
  });

  test('what is deep enough to break JSON.stringify is kept too', () => {
    const depth = 200_000;
    const body: unknown = JSON.parse('['.repeat(depth) + ']'.repeat(depth));
    expect(() => JSON.stringify(body)).toThrow(RangeError);
    const decoded = decodeWhole(encodeKept(sample({}, { body })));
    expect(decoded.ok && exactJson(decoded.value.message.body)).toBe('['.repeat(depth) + ']'.repeat(depth));
  });

  test('a number that is none makes nothing unreadable', () => {
    const odd = sample({ afterMs: Number.POSITIVE_INFINITY, attempts: Number.NaN }, { at: Number.NaN });
    const decoded = decodeWhole(encodeKept(odd, Number.POSITIVE_INFINITY));
    expect(decoded.ok && plain(decoded.value)).toMatchObject({ at: NOW, message: { at: 0 } });
    expect(decoded.ok && decoded.value).not.toHaveProperty('afterMs');
  });

  test('no stack and no cause of a fault is kept', () => {
    const cause = new Error('ada@example.com');
    const text = Buffer.from(encodeKept(sample({ fault: new Fault('remote.timeout', 'late', { cause }) })));
    const decoded = decodeWhole(text);
    expect(decoded).toMatchObject({
      ok: true,
      value: { fault: { code: 'remote.timeout', message: 'late' } },
    });
    expect(decoded.ok && decoded.value.fault.cause).toBeUndefined();
    expect(decoded.ok && JSON.stringify(plain(decoded.value))).not.toContain('ada');
  });

  test('hundred records of an export take little room', () => {
    const body = JSON.stringify({ profiles: Array.from({ length: 100 }, (_, i) => ({ crmid: `C-${i}` })) });
    expect(encodeKept(sample({}, { body })).length).toBeLessThan(body.length / 2);
  });
});

describe('what is not ours', () => {
  const bytes = Buffer.from(encodeKept(sample({}, { body: noise(50) })));
  const changed = (index: number, byte: number) => Buffer.from(bytes).fill(byte, index, index + 1);
  const head = (json: string) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(json.length);
    return Buffer.concat([Buffer.from('TKM\x01\x00'), length, Buffer.from(json)]);
  };

  test.each<[string, Uint8Array, string]>([
    ['nothing', Buffer.alloc(0), 'does not begin'],
    ['text', Buffer.from('{"hello":"ada@example.com"}'), 'does not begin'],
    ['a newer format', changed(3, 2), 'format 2, of a newer version'],
    ['format 0', changed(3, 0), 'no such format'],
    ['an unknown packing', changed(4, 9), '(9) is not known'],
    ['only the beginning', bytes.subarray(0, 4), '(nothing) is not known'],
    ['a cut head', bytes.subarray(0, 20), ''],
    ['a damaged deflate', Buffer.concat([Buffer.from('TKM\x01\x01'), noise(40)]), 'damaged'],
    [
      'a bomb',
      Buffer.concat([Buffer.from('TKM\x01\x01'), deflateRawSync(Buffer.alloc(65 * 2 ** 20))]),
      'damaged',
    ],
    ['another layout', head('{"message":{}}'), 'not laid out'],
    ['no JSON', head('nonsense'), 'damaged'],
    ['a claim on nothing', Buffer.from('TKM\x01\x02{}'), 'does not say where'],
    ['a claim on a letter', encodeClaim(letterName(sample()), NOW), 'does not say where'],
    ['a claim with a way out', encodeClaim('parked/../letters/x', NOW), 'does not say where'],
    [
      'an unknown fault',
      head(
        JSON.stringify({
          message: { id: 'i', at: 1, source: 's' },
          body: 'none',
          fault: { code: 'new.fault', text: '' },
          at: 1,
        }),
      ),
      'fault new.fault is of a newer version',
    ],
  ])('%s is refused, and nothing of it is quoted', (_, given, why) => {
    const decoded = decodeKept(given);
    expect(decoded).toMatchObject({ ok: false, fault: FORMAT });
    expect(!decoded.ok && decoded.fault.message).toContain(why);
    expect(!decoded.ok && decoded.fault.message).not.toContain('example.com');
  });

  test('no bytes whatever make it throw, and a claim is no whole message', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom(0, 1, 2, 3), (tail, kind) => {
        const given = Buffer.concat([Buffer.from('TKM\x01'), Buffer.of(kind), tail]);
        expect(decodeKept(given).ok).toBe(false);
        expect(fromText(tail)).toBe(tail);
      }),
    );
    expect(decodeWhole(encodeClaim(claimName(sample(), 't'), NOW))).toMatchObject({
      ok: false,
      fault: FORMAT,
    });
  });
});

describe('names', () => {
  test('whatever is in an id, the name of its letter is a day and a hash, and no other has it', () => {
    const all = HOSTILE.flatMap((text) => [sample({}, { id: text }), sample({}, { source: text, id: 'i' })]);
    const names = all.map(letterName);
    for (const name of names) expect(name).toMatch(/^letters\/2026-09-21\/[0-9a-f]{64}$/);
    expect(new Set(names).size).toBe(all.length);
  });

  test('the same record of the same message has the same name, however often and whenever it is kept', () => {
    const first = sample();
    const again = { ...first, at: NOW + 9e9, attempts: 7, fault: new Fault('remote.rejected', 'no') };
    expect(letterName(again)).toBe(letterName(first));
    expect(letterName({ ...first, record: 1 })).not.toBe(letterName(first));
    const { record: _, ...without } = first;
    expect(keptHash(without)).not.toBe(keptHash(first));
    expect(claimName(first, 'a')).not.toBe(claimName(first, 'b'));
  });

  test.each([Number.NaN, -1, 1e300, Number.POSITIVE_INFINITY, 8.64e15])('a time of %d names no day', (at) => {
    expect(dayOf(sample({}, { at }))).toBe('undated');
  });
});

describe('waiting', () => {
  const waits = (random: () => number, afterMs = 0) =>
    [1, 2, 3, 10, 11, 20, 400].map((attempts) => waitOf(sample({ attempts, afterMs }), random) / 1000);

  test('doubles from a minute to twelve hours, half of it random', () => {
    expect(waits(() => 1)).toEqual([60, 120, 240, 30_720, 43_200, 43_200, 43_200]);
    expect(waits(() => 0)).toEqual([30, 60, 120, 15_360, 21_600, 21_600, 21_600]);
  });

  test('is never shorter than the target asked for', () => {
    expect(waits(() => 0, 100_000)).toEqual([100, 100, 120, 15_360, 21_600, 21_600, 21_600]);
  });
});
