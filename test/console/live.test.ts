import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { createBook } from '../../local/console/book.js';
import { startLive } from '../../local/console/live.js';
import { createSeconds } from '../../local/console/seconds.js';
import type { Line, Sums } from '../../local/console/told.js';
import { emptyEndings } from '../../shared/pipeline/ledger.js';

const SUMS: Sums = {
  messages: 7,
  records: 7,
  under: 0,
  endings: emptyEndings(),
  calls: 0,
  rows: 0,
  doors: [],
  connections: [],
  parked: 0,
  letters: 0,
  sending: 'ready',
};

test('sums that cannot be had for a while are told of once, and the page goes on when they can be', async () => {
  const errors: unknown[] = [];
  let asked = 0;
  const live = startLive({
    hello: { kind: 'hello', version: '0', config: 'a.yaml', startedAt: 0, capacity: 10, crm: false },
    book: createBook(),
    seconds: createSeconds(Date.now),
    now: Date.now,
    onError: (error) => void errors.push(error),
    sums: async () => {
      asked += 1;
      if (asked < 4) throw new Error('the queue does not answer');
      return SUMS;
    },
  });
  const server = createServer((_, response) => live.follow(response)).listen(0, '127.0.0.1');
  onTestFinished(() => {
    live.close();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo; // of a port
  const kinds = await new Promise<readonly string[]>((resolve, reject) => {
    const seen: string[] = [];
    get({ host: '127.0.0.1', port }, (answer) => {
      createInterface(answer).on('line', (text) => {
        const line: Line = JSON.parse(text);
        seen.push(line.kind);
        if (line.kind !== 'sums') return;
        answer.destroy();
        resolve(seen);
      });
      answer.on('error', reject);
    });
  });
  expect(kinds).toEqual(['hello', 'sums']);
  expect([asked, errors]).toMatchObject([4, [{ message: 'the queue does not answer' }]]);
});
