import { expect, test } from 'vitest';
import type { Origin } from '../../../shared/files/places/origin.js';
import { placeOf } from '../../../shared/files/places/place.js';
import { fakeClock } from '../../support/fakes.js';

test('a name that is never read is told of once, however often the place is listed', async () => {
  const names = ['in/a.csv', 'in//odd.csv', 'in/../odder.csv'];
  const never = async (): Promise<never> => {
    throw new Error('nobody asks for it');
  };
  const origin: Origin = {
    what: 'a place of the test',
    page: async () => ({ entries: names.map((name) => ({ name, version: '1', size: 1, at: 0 })) }),
    stat: never,
    open: never,
    put: never,
    diagnose: () => undefined,
    close: async () => undefined,
  };
  const told: unknown[] = [];
  const log = {
    write: (_: string, event: string, { name }: Readonly<Record<string, unknown>>) =>
      void told.push([event, name]),
  };
  const place = placeOf(origin, {
    from: 'memory://odd',
    prefix: 'in/',
    clock: fakeClock(),
    random: () => 0.5,
    log,
  });
  for (let listing = 0; listing < 3; listing++) {
    const listed: string[] = [];
    for await (const { name } of place.list()) listed.push(name);
    expect(listed).toEqual(['in/a.csv']);
  }
  expect(told).toEqual([
    ['file.odd-name', 'in//odd.csv'],
    ['file.odd-name', 'in/../odder.csv'],
  ]);
});
