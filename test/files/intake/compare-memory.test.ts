import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { type Finds, lookForLeavers, lookForMissing } from '../../../shared/files/intake/compare.js';
import { mergeLines } from '../../../shared/files/intake/merge.js';
import { linesOf } from '../../../shared/files/intake/presence.js';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const PIECES = 150;
const LINES = 1_000;
const body = { note: 'x'.repeat(60) };

/** Pieces of a run of members. */
async function* pieces(): AsyncGenerator<Buffer> {
  for (let piece = 0; piece < PIECES; piece += 1) {
    const lines = Array.from({ length: LINES }, (_, i) => piece * LINES + i).flatMap((number) => {
      const id = `crmid:C-${String(number).padStart(9, '0')}`;
      return linesOf({
        ids: [id, `${id}-other`],
        body,
        memberOf: ['["ups","hot"]'],
        told: ['["ups","hot"]'],
      }).slice(0, 1);
    });
    yield Buffer.from(lines.join('\n'));
  }
}

async function* nobody(): AsyncGenerator<string> {}

const used = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

test.each([
  ['missing', lookForMissing],
  ['leavers', lookForLeavers],
] as const)('few %s out of many lines keep no more in memory than themselves', async (_, look) => {
  const finds: Finds = { missing: [], asks: [], found: [], exits: [], turnover: new Map(), characters: 0 };
  const before = used();
  let seen = 0;
  for await (const { tell } of look(mergeLines([pieces()]), nobody())) {
    seen += 1;
    if (seen % LINES === 0) tell(finds);
  }
  const kept = used() - before;
  expect(seen).toBe(PIECES * LINES);
  expect(finds.missing.length + finds.exits.length).toBe(PIECES);
  // All pieces together are twenty million bytes.
  expect(kept).toBeLessThan(2_000_000);
});
