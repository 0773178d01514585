import { afterEach, expect, test } from 'vitest';
import { type Console, startConsole } from '../../local/console/console.js';
import type { Desk } from '../../local/console/play/desk.js';
import { play } from '../../local/console/play/play.js';
import type { Line, Row } from '../../local/console/told.js';
import { hot, RULES, watchedWorld } from './world.js';

const running = new Set<Console>();
afterEach(async () => {
  for (const one of running) await one.close();
  running.clear();
});

/** Plays in this thread. */
const desk: Desk = {
  play: async (work) => ({ kind: 'done', view: await play(work) }),
  close: async () => undefined,
};

async function started(answer?: Parameters<typeof watchedWorld>[0]) {
  const world = watchedWorld(answer);
  const { deps, watch, rules, pipeline } = world;
  const sent: string[] = [];
  const shown = await startConsole({
    port: 0,
    hello: { version: '0', config: 'tributary.yaml', startedAt: 0, capacity: 50_000, crm: false },
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
    desk,
    crm: undefined,
    sender: { send: async (body) => void sent.push(body), traffic: () => undefined, state: () => 'counting' },
    now: deps.clock.now,
  });
  running.add(shown);
  const [base = '', token = ''] = shown.url.split('/#');
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const ask = async (path: string, body?: object) => {
    const answered = await fetch(`${base}${path}`, {
      headers,
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    return { status: answered.status, value: (await answered.json()) as never };
  };
  return { ...world, sent, base, headers, ask };
}

/** Follows a console until what was told holds. */
async function told(base: string, headers: Record<string, string>, holds: (lines: Line[]) => boolean) {
  const { body } = await fetch(`${base}/api/live`, { headers });
  const lines: Line[] = [];
  let rest = '';
  if (!body) throw new Error('nothing to read');
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const parts = `${rest}${chunk}`.split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((part) => JSON.parse(part) as Line)); // our own server's
    if (holds(lines)) break;
  }
  return lines;
}

const rowsIn = (lines: readonly Line[]): readonly Row[] =>
  lines.flatMap((line) => (line.kind === 'rows' ? line.rows : []));

test('a page that comes late is told all there was, and each row that changes since', async () => {
  let isDown = true;
  const { base, headers, send, deps } = await started(() =>
    isDown ? { kind: 'rejected', code: 'FROZEN', text: 'This contact is frozen.' } : undefined,
  );
  await send('m-1', hot('C-1', 'Example', '2026-01-02T03:04:05Z'));
  let isSent = false;
  const lines = await told(base, headers, (all) => {
    if (rowsIn(all).length === 1 && !isSent) {
      isSent = true;
      isDown = false;
      deps.clock.advance(1_000);
      void send('m-2', hot('C-2', 'Example', '2026-01-02T03:04:05Z'));
    }
    return rowsIn(all).length >= 2 && all.some((line) => line.kind === 'sums' && line.sums.records === 2);
  });
  expect(lines[0]).toMatchObject({ kind: 'hello', capacity: 50_000 });
  expect(rowsIn(lines).map(({ id, ending }) => [id, ending])).toEqual([
    ['m-1', 'rejected'],
    ['m-2', 'delivered'],
  ]);
});

test('a dead letter is shown with the words of the target, and replayed once it is mended', async () => {
  let isFrozen = true;
  const { ask, send } = await started(() =>
    isFrozen ? { kind: 'rejected', code: 'FROZEN', text: '<b>frozen</b>' } : undefined,
  );
  await send('m-1', hot('C-1', 'Example', '2026-01-02T03:04:05Z'));
  const { value } = await ask('/api/kept');
  expect(value).toMatchObject({
    parked: 0,
    letters: 1,
    items: [{ place: 'letters', code: 'remote.rejected', remote: { text: '<b>frozen</b>' } }],
  });
  const [{ ref }] = (value as { items: [{ ref: string }] }).items;
  expect((await ask('/api/replay', { place: 'letters', ref: 'another' })).value).toMatchObject({
    replayed: 0,
  });
  isFrozen = false;
  expect((await ask('/api/replay', { place: 'letters', ref })).value).toMatchObject({
    replayed: 1,
    endings: { delivered: 1 },
  });
  expect((await ask('/api/kept')).value).toMatchObject({ letters: 0, items: [] });
  expect((await ask('/api/record?n=1')).value).toMatchObject({ row: { ending: 'delivered', tries: 2 } });
});

test('the playground knows a person as they are now, as they were before a record, or not at all', async () => {
  const { ask, send } = await started();
  const event = JSON.stringify(hot('C-1', 'Example', '2026-01-02T03:04:05Z'));
  await send('m-1', event);
  const endingFor = async (before: string) =>
    (await ask('/api/play', { event, rules: RULES, before, n: 1 })).value;
  expect(await endingFor('nobody')).toMatchObject({ records: [{ ending: 'delivered' }] });
  expect(await endingFor('now')).toMatchObject({ records: [{ ending: 'unchanged' }] });
  expect(await endingFor('earlier')).toMatchObject({ records: [{ ending: 'delivered' }] });
});

test('what is asked in a wrong way, is gone, or must not be done now, is refused in words', async () => {
  const { ask, sent } = await started();
  expect((await ask('/api/record?n=7')).status).toBe(404);
  expect((await ask('/api/nothing')).status).toBe(404);
  expect((await ask('/api/replay', { place: 'elsewhere' })).status).toBe(400);
  expect((await ask('/api/play', { event: 'x', rules: 'y'.repeat(600_000), before: 'now' })).status).toBe(
    400,
  );
  expect((await ask('/api/send', { body: '{}' })).status).toBe(409);
  expect((await ask('/api/traffic', { events: 1 })).status).toBe(409);
  expect((await ask('/api/traffic', { events: 1e9 })).status).toBe(400);
  expect((await ask('/api/crm', { what: 'down' })).status).toBe(404);
  expect(sent).toEqual([]);
});

test('hostile values go through as they are, as JSON, and never as markup', async () => {
  const { ask, send, base } = await started();
  const name = '<script>alert(1)</script>\u202e"\u0000';
  await send('m-1', hot('<b>C-1', name, '2026-01-02T03:04:05Z'));
  const { value } = await ask(`/api/person?id=${encodeURIComponent('crmid:<b>C-1')}`);
  expect(value).toMatchObject({ known: true, values: [{ value: name }] });
  const page = await (await fetch(`${base}/`)).text();
  expect(page).not.toMatch(/<script(?![^>]* src=)|style="|onload|https?:/);
});
