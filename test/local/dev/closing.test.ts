import { expect, test } from 'vitest';
import { closeAll } from '../../../local/dev/closing.js';

/** Things that are closed, and the order in which that was asked for. */
function things() {
  const asked: string[] = [];
  const thing =
    (name: string, end: () => Promise<unknown> = async () => undefined): (() => Promise<unknown>) =>
    () => {
      asked.push(name);
      return end();
    };
  return { asked, thing };
}

test('everything is closed, the last one first, whatever fails', async () => {
  const { asked, thing } = things();
  const errors: unknown[] = [];
  const broken = () => Promise.reject(new Error('gone'));
  const closers = [thing('first'), thing('second', broken), thing('third')];
  const isAll = await closeAll(closers, (error) => errors.push(error), new AbortController().signal);
  expect(isAll).toBe(true);
  expect(asked).toEqual(['third', 'second', 'first']);
  expect(errors).toEqual([new Error('gone')]);
});

test('who is in a hurry waits for nothing that has no end, and the rest is closed all the same', async () => {
  const { asked, thing } = things();
  const hurry = new AbortController();
  const endless = () => new Promise(() => undefined);
  const closing = closeAll([thing('folder'), thing('file', endless)], () => undefined, hurry.signal);
  expect(asked).toEqual(['file']);
  hurry.abort();
  expect(await closing).toBe(false);
  expect(asked).toEqual(['file', 'folder']);
});
