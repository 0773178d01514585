import type { CDPSession, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { startConsole } from '../../local/console/console.js';
import { createWatch, type Watch } from '../../local/console/watch.js';
import { ENDINGS, type Settlement } from '../../shared/core/ports.js';
import { emptyActions, emptyEndings } from '../../shared/pipeline/ledger.js';
import { RULES, watchedWorld } from '../console/world.js';
import { setup } from '../support/build.js';
import { message } from '../support/fakes.js';
import { browserHere, complaintsOf, startBrowser } from './chromium.js';

const chromium = browserHere();
if (chromium === undefined)
  process.stderr.write('SKIPPED: 50,000 records were not shown in a browser, for there is none\n');

/** As a pipeline tells of a batch: so many messages of one record each. */
function tell({ observer }: Watch, from: number, count: number): void {
  const messages = Array.from({ length: count }, (_, i) =>
    message(`m-${from + i}`, Buffer.from(`{"number":${from + i},"text":"${'x'.repeat(600)}"}`)),
  );
  observer.began?.(messages);
  const settlements = messages.map(({ id }, i): Settlement => {
    const name = ENDINGS[(from + i) % ENDINGS.length] ?? 'delivered';
    return { id, settled: name !== 'held', endings: [{ name, person: 'hash' }] };
  });
  const endings = emptyEndings();
  for (const { endings: list } of settlements) for (const { name } of list) endings[name]++;
  const ledger = {
    messages: count,
    records: count,
    endings,
    actions: emptyActions(),
    calls: 1,
    rows: count,
    accepted: count,
    connections: {},
  };
  observer.batch({ source: 'kinesis:many', replayed: false, ledger, settlements });
}

const ROWS = 50_000;
const UPDATES = 60 * 15;
const EACH = 10;

async function metric(session: CDPSession, name: string): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find((one) => one.name === name)?.value ?? Number.NaN;
}

/** Megabytes that are still in use once all else has been collected. */
async function heap(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  return (await metric(session, 'JSHeapUsedSize')) / 1e6;
}

/** Waits until the newest row of the list is a given one. */
const shows = (page: Page, n: number) => page.locator(`#row-${n}`).waitFor();

describe.runIf(chromium !== undefined)('very many records, in a browser', () => {
  test('50,000 records and sixty updates a second: the page keeps up and does not grow', async () => {
    setup();
    const { deps, rules, pipeline } = watchedWorld();
    const watch = createWatch({ now: Date.now, kinds: new Map(), ruleOf: (cause) => cause });
    const shown = await startConsole({
      port: 0,
      hello: { version: '0', config: 'tributary.yaml', startedAt: 0, capacity: ROWS, crm: false },
      page: new URL('../../dist/local/console/page/', import.meta.url).pathname,
      onError: (error) => {
        throw error;
      },
      watch,
      kept: { parking: deps.parking, letters: deps.deadLetters, pipeline, clock: deps.clock },
      store: deps.store,
      rules,
      text: RULES,
      functions: undefined,
      examples: [],
      desk: { play: async () => ({ kind: 'overtaken' }), close: async () => undefined },
      crm: undefined,
      sender: { send: async () => undefined, traffic: () => undefined, state: () => 'ready' },
      now: Date.now,
    });
    const browser = await startBrowser(chromium ?? '');
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      const complaints = complaintsOf(page);
      tell(watch, 1, ROWS);
      await page.goto(shown.url);
      await page.getByRole('navigation').getByRole('link', { name: 'Records' }).click();
      await shows(page, ROWS);
      expect(await page.locator('.grid .row').count()).toBeLessThan(60);
      const session = await page.context().newCDPSession(page);
      await session.send('Performance.enable');
      const before = { heap: await heap(session), busy: await metric(session, 'TaskDuration') };
      const began = Date.now();
      let next = ROWS + 1;
      for (let turn = 0; turn < UPDATES; turn++) {
        tell(watch, next, EACH);
        next += EACH;
        const wait = began + ((turn + 1) * 1_000) / 60 - Date.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      }
      await shows(page, next - 1);
      const took = (Date.now() - began) / 1_000;
      const busy = (await metric(session, 'TaskDuration')) - before.busy;
      const after = await heap(session);
      const perUpdate = (busy * 1_000) / UPDATES;
      process.stdout.write(
        `${UPDATES} updates of ${EACH} rows in ${took.toFixed(1)} s: ${perUpdate.toFixed(1)} ms of work each; heap ${before.heap.toFixed(1)} MB, then ${after.toFixed(1)} MB\n`,
      );
      // A screen is drawn sixty times a second: what takes less than that keeps up, however busy this machine is.
      expect(perUpdate).toBeLessThan(1_000 / 60);
      expect(after - before.heap).toBeLessThan(5);
      // Scrolled, the list stands still while more comes.
      const grid = page.getByRole('grid');
      await grid.evaluate((element) => element.scrollTo(0, 600_000));
      const seen = page.locator('.grid .row').nth(20);
      const id = await seen.getAttribute('id');
      tell(watch, next, 100);
      await page.getByText('100 newer, go to the top').waitFor();
      expect(await seen.getAttribute('id')).toBe(id);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      await shown.close();
    }
  });
});
