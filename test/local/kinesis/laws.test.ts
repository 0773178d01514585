import { expect, test } from 'vitest';
import type { MappingSettings } from '../../../local/event-source-mapping/settings.js';
import { until } from './hurried-clock.js';
import { failedAt, invoker, put, type Seen, stream, watch } from './mapping-fixture.js';

const THROWN = new Error('c is in');

/** Runs five records through a mapping and writes down each send as `5→2` (third undone), `5✗` or `5 ok`. */
async function run(settings: Partial<MappingSettings>, handler: (seen: Seen[]) => unknown, texts = 'abcde') {
  const kinesis = await stream();
  await put(
    kinesis.client(),
    [...texts].map((letter) => `key:${letter}`),
  );
  const sends: string[] = [];
  const done: string[] = [];
  const invoke = invoker((seen) => {
    const answer = tryHandler(handler, seen);
    const at = answer === THROWN ? -1 : seen.findIndex(({ id }) => JSON.stringify(answer ?? '').includes(id));
    const ok = answer === THROWN ? 0 : at < 0 ? seen.length : at;
    sends.push(`${seen.length}${answer === THROWN ? '✗' : at < 0 ? ' ok' : `→${at}`}`);
    done.push(...seen.slice(0, ok).map(({ text }) => text.slice(4)));
    if (answer === THROWN) throw THROWN;
    return answer;
  });
  const mapping = await watch(kinesis, invoke, { settings });
  const ended = () => mapping.stats().records + mapping.stats().discarded === texts.length;
  await until('every record has ended', ended);
  await mapping.close();
  expect(mapping.errors).toEqual([]);
  expect(mapping.stats().behind).toBe(0);
  return { sends, done: done.join(''), stats: mapping.stats(), failures: mapping.failures };
}

function tryHandler(handler: (seen: Seen[]) => unknown, seen: Seen[]): unknown {
  try {
    return handler(seen);
  } catch {
    return THROWN;
  }
}

const stopsAtC = (seen: Seen[]): unknown => {
  const bad = seen.find(({ text }) => text === 'key:c');
  return bad ? failedAt(bad.id) : { batchItemFailures: [] };
};
const throwsAtC = (seen: Seen[]): void => {
  if (seen.some(({ text }) => text === 'key:c')) throw THROWN;
};

test('partial answers and 2 retries: everything from the bad record on is discarded after three sends', async () => {
  const { sends, done, stats, failures } = await run({ maximumRetryAttempts: 2 }, stopsAtC);
  expect(sends).toEqual(['5→2', '3→0', '3→0', '3→0']);
  expect(done).toBe('ab');
  expect(stats).toEqual({ invocations: 4, records: 2, discarded: 3, behind: 0 });
  expect(failures).toHaveLength(1);
  expect(failures[0]?.body.KinesisBatchInfo.batchSize).toBe(3);
  expect(failures[0]?.body.requestContext).toMatchObject({
    condition: 'RetryAttemptsExhausted',
    approximateInvokeCount: 3,
  });
});

test('partial answers, bisect and 2 retries: only the bad record is discarded', async () => {
  const settings = { maximumRetryAttempts: 2, bisectBatchOnFunctionError: true };
  const { sends, done, stats, failures } = await run(settings, stopsAtC);
  expect(sends).toEqual(['5→2', '3→0', '2→0', '1→0', '1→0', '1→0', '1 ok', '1 ok']);
  expect(done).toBe('abde');
  expect(stats.discarded).toBe(1);
  expect(failures.map(({ body }) => body.KinesisBatchInfo.batchSize)).toEqual([1]);
});

test('bisect without any retry isolates the record that throws', async () => {
  const settings = { maximumRetryAttempts: 0, bisectBatchOnFunctionError: true };
  const { sends, done, failures } = await run(settings, throwsAtC);
  expect(sends).toEqual(['5✗', '3✗', '2 ok', '1✗', '2 ok']);
  expect(done).toBe('abde');
  expect(failures[0]?.body.responseContext?.functionError).toBe('Unhandled');
});

test('one retry and no bisect: a batch that throws twice is discarded whole', async () => {
  const { sends, done, stats, failures } = await run({ maximumRetryAttempts: 1 }, throwsAtC);
  expect(sends).toEqual(['5✗', '5✗']);
  expect(done).toBe('');
  expect(stats.discarded).toBe(5);
  expect(failures).toHaveLength(1);
});

test('endless retries: a handler that holds for five rounds loses nothing', async () => {
  let rounds = 0;
  const holds = (seen: Seen[]) => (++rounds <= 5 ? failedAt(seen[0]?.id ?? '') : null);
  const { sends, done, failures } = await run({}, holds, 'ab');
  expect(sends).toEqual(['2→0', '2→0', '2→0', '2→0', '2→0', '2 ok']);
  expect(done).toBe('ab');
  expect(failures).toEqual([]);
});

test('without ReportBatchItemFailures every return is a success', async () => {
  const { sends, stats } = await run({ reportBatchItemFailures: false }, stopsAtC);
  expect(sends).toEqual(['5→2']);
  expect(stats.records).toBe(5);
});
