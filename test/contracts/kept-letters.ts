import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import type { KeptMessage } from '../../shared/core/kept.js';
import { keptHash, letterName } from '../../shared/stores/kept-name.js';
import { anyKept, HOSTILE, NOW, noise, plain, sample } from '../stores/kept-samples.js';
import { fakeClock } from '../support/fakes.js';
import { each, seen, sorted, visits } from './kept-steps.js';
import type { KeptStage, KeptSubject } from './kept-subject.js';

/** A letter as it is when a replay has done all that it owed. */
const replayed = (letter: KeptMessage, owed: NonNullable<KeptMessage['owed']>): KeptMessage => ({
  ...letter,
  message: { ...letter.message, owed },
  owed: [],
});

/** What dead letters promise. */
export function keptLetters({ remote }: KeptSubject, staged: () => KeptStage): void {
  const open = () => staged().open({ clock: fakeClock() }).letters;

  test('any message comes back as it was, for every reader', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(anyKept, { maxLength: 4, selector: keptHash }), async (all) => {
        const [writer, reader] = [open(), open()];
        await writer.bury(all);
        const found = await visits(reader);
        expect(sorted(found.flatMap((one) => (one.found.ok ? [one.found.value] : [])))).toEqual(sorted(all));
        for (const { drop } of found) await drop();
      }),
      { numRuns: remote ? 20 : 200 },
    );
  });

  test('burying a record again replaces its letter, in whatever day, batch or process', async () => {
    const first = sample();
    await open().bury([first, sample({ record: 1 }, { id: first.message.id })]);
    const again = { ...first, at: NOW + 9e9, attempts: 4, fault: new Fault('remote.rejected', 'no') };
    await Promise.all([open().bury([again]), open().bury([again])]);
    const letters = await seen(open());
    expect(letters).toHaveLength(2);
    expect(letters.filter(({ record }) => record === 0)).toEqual([plain(again)]);
  });

  test('what a letter owes stays owed when its record is buried again by who knows nothing of it', async () => {
    const owed = [{ audience: 'ups/hot-1', change: 'entered' as const, at: 1_790_000_000_000_001 }];
    const [some, settled] = [sample({ owed }), sample({ owed })];
    await open().bury([some, settled]);
    const { owed: _, ...again } = { ...some, at: NOW + 1, attempts: 2 };
    await open().bury([again, replayed(settled, owed)]);
    expect(await seen(open())).toEqual(
      sorted([
        { ...again, owed },
        { ...settled, owed: [] },
      ]),
    );
  });

  test('that something may have been done already stays said, whatever becomes of the rest of its record', async () => {
    const owed = [{ audience: 'ups/hot-1', change: 'entered' as const, at: 1_790_000_000_000_001 }];
    const doubt = {
      fault: new Fault('remote.doubtful', 'nobody knows whether it was done'),
      remote: { connection: 'pager', code: 'DOUBTFUL', text: 'no answer' },
    };
    const [open1, settled] = [sample({ owed, ...doubt }), sample({ owed, ...doubt })];
    await open().bury([open1, settled]);
    const refused = {
      fault: new Fault('remote.rejected', 'the row is refused'),
      remote: { connection: 'sales', code: 'STRING_TOO_LONG', text: 'too long' },
      at: NOW + 1,
    };
    const { owed: _, ...again } = { ...open1, ...refused };
    await open().bury([again, { ...replayed(settled, owed), ...refused }]);
    expect(await seen(open())).toEqual(
      sorted([
        { ...again, ...doubt, beside: { fault: refused.fault, remote: refused.remote }, owed },
        { ...settled, ...refused, owed: [] },
      ]),
    );
  });

  test('a letter owes what it owed and what its record owes when it is buried again', async () => {
    const edge = (audience: string) => ({ audience, change: 'entered' as const, at: 1_790_000_000_000_001 });
    const [hot, cold] = [edge('ups/hot-1'), edge('ups/cold-1')];
    const first = sample({ owed: [hot] });
    await open().bury([first]);
    await open().bury([{ ...first, owed: [cold], at: NOW + 1 }]);
    expect(await seen(open())).toEqual(sorted([{ ...first, owed: [hot, cold], at: NOW + 1 }]));
  });

  test('two letters of one record in one call are one letter that owes what both owe', async () => {
    const owed = [{ audience: 'ups/hot-1', change: 'entered' as const, at: 1_790_000_000_000_001 }];
    const doubt = {
      fault: new Fault('remote.doubtful', 'nobody knows whether it was done'),
      remote: { connection: 'pager', code: 'DOUBTFUL', text: 'no answer' },
    };
    const first = sample({ owed, ...doubt });
    const {
      owed: _,
      remote: __,
      ...second
    } = { ...first, fault: new Fault('remote.rejected', 'no'), at: NOW + 1 };
    await open().bury([first, second]);
    expect(await seen(open())).toEqual(
      sorted([{ ...second, ...doubt, owed, beside: { fault: second.fault } }]),
    );
  });

  test('doubt stays said where nothing is owed, and where more is', async () => {
    const doubt = {
      fault: new Fault('remote.doubtful', 'nobody knows whether it was done, and it has been overtaken'),
      remote: { connection: 'pager', code: 'DOUBTFUL_BYGONE', text: 'no answer' },
    };
    const refused = {
      fault: new Fault('remote.rejected', 'the row is refused'),
      remote: { connection: 'sales', code: 'STRING_TOO_LONG', text: 'too long' },
      at: NOW + 1,
    };
    const owed = [{ audience: 'ups/hot-1', change: 'entered' as const, at: 1_790_000_000_000_001 }];
    const [bare, more] = [sample(doubt), sample(doubt)];
    await open().bury([bare, more]);
    await open().bury([
      { ...bare, ...refused },
      { ...more, ...refused, owed },
    ]);
    const beside = { fault: refused.fault, remote: refused.remote };
    expect(await seen(open())).toEqual(
      sorted([
        { ...bare, ...doubt, beside, at: NOW + 1 },
        { ...more, ...doubt, beside, at: NOW + 1, owed },
      ]),
    );
  });

  test('what two letters of a record say that may have been done is said by both, and so is a refusal', async () => {
    const send = (object: string, more: object = {}) => {
      return { connection: 'pager', object, target: `pager/${object}!1-2`, ...more };
    };
    const [call, page] = [send('Call', { causes: ['ring (entered hot)'] }), send('Page')];
    const gone = { ...call, overtaken: true as const };
    const fault = new Fault('remote.doubtful', 'nobody knows whether it was done');
    const remote = { connection: 'sales', code: 'STRING_TOO_LONG', text: 'too long' };
    const refused = { fault: new Fault('remote.rejected', 'the row is refused'), remote };
    const first = sample(refused);
    const later = { ...first, at: NOW + 1 };
    const told = async (...letters: KeptMessage[]) => {
      for (const one of letters) await open().bury([one]);
      const [found, ...others] = await visits(open());
      if (!found?.found.ok || others.length > 0) throw new Error('there is not one letter');
      await found.drop();
      return found.found.value;
    };
    const inDoubt = (...doubts: NonNullable<KeptMessage['doubts']>[number][]) => ({
      ...later,
      fault,
      doubts,
    });
    const both = await told(inDoubt(call), inDoubt(page), { ...later, ...refused });
    expect(both).toMatchObject({
      doubts: [call, page],
      beside: { fault: { code: 'remote.rejected' }, remote },
    });
    expect(both.fault.message).toContain('pager (Call), pager (Page)');
    expect(await told(first, inDoubt(call))).toMatchObject({ doubts: [call], beside: { remote } });
    expect(await told(inDoubt(call), inDoubt(gone, page))).toMatchObject({
      doubts: [gone, page],
      remote: { code: 'DOUBTFUL' },
    });
    expect(await told(first, later)).not.toHaveProperty('beside');
  });

  test('no id leads astray, and none is taken for another', async () => {
    const all = HOSTILE.flatMap((text, i) => [
      sample({}, { id: text }),
      sample({}, { source: text, id: `of ${i}` }),
    ]);
    const joined = [sample({}, { source: 'a', id: 'b\nc' }), sample({}, { source: 'a\nb', id: 'c' })];
    await open().bury([...all, ...joined]);
    expect((await seen(open())).length).toBe(all.length + joined.length);
    if (!remote) return;
    for await (const { name } of staged().objects().list(''))
      expect(name).toMatch(/^letters\/2026-09-21\/[0-9a-f]{64}$/);
  });

  test('a letter that is dropped is gone, and dropping it twice is no trouble', async () => {
    const [gone, stays] = [sample(), sample()];
    await open().bury([gone, stays]);
    const isGone = (ref: string) => keptHash(gone).startsWith(ref);
    const visited = (await visits(open())).filter(({ ref }) => isGone(ref));
    expect(visited).toHaveLength(1);
    for (const { drop } of [...visited, ...visited]) await drop();
    expect(await seen(open())).toEqual([plain(stays)]);
  });

  test('a letter that is buried anew while somebody looks at it is not dropped with the old one', async () => {
    const kept = sample();
    await open().bury([kept]);
    const again = { ...kept, at: NOW + 1 };
    for await (const { drop } of each(open())) {
      await open().bury([again]);
      expect(await drop()).toBe(false);
    }
    expect(await seen(open())).toEqual([plain(again)]);
    for await (const { drop } of each(open())) expect([await drop(), await drop()]).toEqual([true, true]);
    expect(await seen(open())).toEqual([]);
  });

  test('nothing to bury is no trouble, and a megabyte is no more than a letter', async () => {
    await open().bury([]);
    expect(await seen(open())).toEqual([]);
    const long = sample({}, { body: noise(1_048_576) });
    await open().bury([long]);
    expect(await seen(open())).toEqual([plain(long)]);
  });

  if (!remote) return;

  test('a listing of many pages leaves nothing out', async () => {
    const objects = staged().objects(3);
    const names = Array.from({ length: 10 }, (_, i) => `letters/page/${i}`);
    for (const name of names) await objects.put(name, Buffer.of(1));
    const listed: string[] = [];
    for await (const { name } of objects.list('letters/')) listed.push(name);
    expect(listed).toEqual(names);
  });

  test('what cannot be read is shown and can be dropped; what is not a letter is left alone', async () => {
    const objects = staged().objects();
    const [damaged, newer] = [letterName(sample()), letterName(sample())];
    await objects.put(damaged, Buffer.from('nonsense'));
    await objects.put(newer, Buffer.from('TKM\x02\x00'));
    await objects.put('letters/notes.txt', Buffer.from('a list of mine'));
    const found = await visits(open());
    expect(found.map((one) => !one.found.ok && one.found.fault.code)).toEqual(['park.format', 'park.format']);
    for (const { drop } of found) await drop();
    expect(await visits(open())).toEqual([]);
    expect(Buffer.from((await objects.get('letters/notes.txt')) ?? []).toString()).toBe('a list of mine');
  });

  test('a visitor after one letter is shown it without going through the others', async () => {
    const all = Array.from({ length: 20 }, () => sample());
    await open().bury(all);
    const wanted = all[7] ?? sample();
    expect(await seen(open(), { ref: keptHash(wanted).slice(0, 12) })).toEqual([plain(wanted)]);
    expect(await visits(open(), { since: Date.now() + 7_200_000 })).toEqual([]);
    expect(await visits(open(), { since: Date.now() - 1_000 })).toHaveLength(20);
  });
}
