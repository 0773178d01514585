import { expect, test } from 'vitest';
import { lookForMissing } from '../../../shared/files/intake/compare.js';
import { linesOf, pairIn } from '../../../shared/files/intake/presence.js';

const AUDIENCE = '["ups","hot"]';

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

test('those who were no members are looked at one by one too, so that the clock is, and bring nothing', async () => {
  const lines = Array.from({ length: 50 }, (_, i) =>
    linesOf({
      ids: [`id-${String(i).padStart(3, '0')}`],
      body: {},
      memberOf: i === 49 ? [AUDIENCE] : [],
      told: [AUDIENCE],
    }),
  )
    .flat()
    .sort();
  const finds = {
    missing: [] as string[],
    asks: [],
    found: [],
    exits: [],
    turnover: new Map<string, { was: number; gone: number }>(),
    characters: 0,
  };
  const keys: string[] = [];
  for await (const look of lookForMissing(each(lines), each([]))) {
    keys.push(look.key);
    look.tell(finds);
  }
  expect(keys).toEqual(lines.map(pairIn));
  expect(finds.missing).toHaveLength(1);
  expect([...finds.turnover]).toEqual([[AUDIENCE, { was: 1, gone: 0 }]]);
});
