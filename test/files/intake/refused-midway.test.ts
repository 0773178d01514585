import { expect, test } from 'vitest';
import { Fault } from '../../../shared/core/fault.js';
import type { Pipeline } from '../../../shared/core/ports.js';
import { createFileWork } from '../../../shared/files/intake/worker.js';
import { world } from '../support/intake-world.js';

const NAME = 'people_20260901.csv';
const AT = Date.parse('2026-09-01T02:00:00Z');

test('a file whose rows have begun to act waits for the key that could read it, and is not refused', async () => {
  const w = world({ chunkRows: 2 });
  const [source] = w.deps.sources.values();
  if (!source) throw new Error('there is a source');
  let opened = 0;
  const open: typeof source.open = async (bytes) => {
    opened += 1;
    if (opened === 2) throw new Fault('file.refused', 'it is encrypted for another key');
    return source.open(bytes);
  };
  const stop = new AbortController();
  const pipeline: Pipeline = {
    ...w.deps.pipeline,
    run: async (messages, options) => {
      stop.abort();
      return w.deps.pipeline.run(messages, options);
    },
  };
  w.place.write(NAME, Array.from({ length: 20 }, (_, i) => `C-${i},,realized,1`).join('\n'), AT);
  const order = { work: 'rows', source: 'daily', name: NAME } as const;
  const sources = new Map([['daily', { ...source, open }]]);
  const begin = createFileWork({ ...w.deps, sources, pipeline });
  await begin(order, { deadline: w.clock.now() + 1e6, stop: stop.signal });
  expect(w.crm.rows.size).toBe(2);
  const work = createFileWork({ ...w.deps, sources });
  await work(order, { deadline: w.clock.now() + 1e6 });
  expect(w.place.read(`${NAME}.tributary.json`)).toBeUndefined();
  const why = expect.stringContaining('it is encrypted for another key; it has been read to its end before');
  expect(w.lines).toMatchObject([{ event: 'file.waits', fields: { code: 'file.refused', why } }]);
  await work(order, { deadline: w.clock.now() + 1e6 });
  expect(w.report(NAME)).toMatchObject({ result: 'done', rows: 20, settled: 20 });
});
