import { expect, test } from 'vitest';
import { all, entryAt, faultOf, noise, read } from './file-place-steps.js';
import type { PlaceStage, PlaceSubject } from './file-place-subject.js';

/** Names that are fine, and that somebody once forgot to encode. */
const ODD = [
  'with space.csv',
  'plus+sign.csv',
  'per%cent.csv',
  'per%2Fcent%20.csv',
  'hash#mark?and=question&more.csv',
  'quote\'and"double.csv',
  'semi;colon,comma.csv',
  'ümläut-ß-漢字-😀.csv',
  'e\u0301 decomposed.csv',
  '.hidden',
  '..two dots',
  'three...dots...',
  '~tilde $dollar (paren) [bracket] {brace}.csv',
  '-dash.csv',
  `${'long'.repeat(50)}.csv`,
];

/** Names that lead elsewhere, for somebody. */
const TRICKS = [
  '../secret.csv',
  'in/../../secret.csv',
  'in/../a.csv',
  './a.csv',
  'in//a.csv',
  'in/',
  '/etc/passwd',
  'a.csv\0.txt',
  '..',
  '.',
  '',
];

/** Which names there are, and which nobody is led by. */
export function placeNames(subject: PlaceSubject, staged: () => PlaceStage): void {
  const odd = ODD.filter((name) => !subject.without?.includes(name));

  test('odd names are names', async () => {
    const { prefix } = staged();
    const names = odd.flatMap((name) => [`${prefix}${name}`, `${prefix}odd ${name}/${name}`]);
    for (const name of names) await staged().write(name, noise(50, name));
    const place = await staged().open();
    const found = await all(place.list());
    expect(found.map(({ name }) => name).sort()).toEqual([...names].sort());
    for (const entry of found) {
      expect(await place.stat(entry.name), entry.name).toEqual(entry);
      expect(await read(place, entry), entry.name).toEqual(noise(50, entry.name));
    }
    await place.close();
  });

  test('what is put under an odd name is found under it', async () => {
    const place = await staged().open();
    for (const name of odd) {
      await place.put(`${staged().prefix}${name}`, noise(20, name));
      const entry = await entryAt(place, `${staged().prefix}${name}`);
      expect(await read(place, entry), name).toEqual(noise(20, name));
    }
    await place.close();
  });

  test('a name that leads elsewhere is nobody, cannot be read and is not written', async () => {
    const { prefix } = staged();
    await staged().write(`${prefix}a.csv`, noise(10));
    await staged().write('secret.csv', noise(10, 'secret'));
    const place = await staged().open();
    const known = await entryAt(place, `${prefix}a.csv`);
    for (const name of [
      ...TRICKS.map((trick) => `${prefix}${trick}`),
      ...(prefix === '' ? [] : ['secret.csv']),
      '../secret.csv',
      '/etc/passwd',
    ]) {
      expect(await place.stat(name), name).toBeUndefined();
      expect(await faultOf(read(place, { ...known, name })), name).toMatchObject({ code: 'file.changed' });
      const fault = await faultOf(place.put(name, noise(5)));
      expect(fault.message, name).toContain('is no name of a file below');
    }
    expect((await all(place.list())).map(({ name }) => name)).toEqual([`${prefix}a.csv`]);
    await place.close();
  });
}
