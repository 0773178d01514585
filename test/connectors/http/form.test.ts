import { expect, test } from 'vitest';
import { contact } from '../subjects.js';
import { api, hole } from './api.js';

const sent = async (body: unknown, fields: Parameters<typeof contact>[1]) => {
  const { asked, send } = api({ encoding: 'form', body });
  const outcomes = await send(contact('p&1', fields));
  return { outcomes, request: asked[0] };
};

test('a form: every character survives, lists are repeated, what is absent is left out', async () => {
  const body = {
    id: hole('key'),
    name: hole('fields.name'),
    tag: hole('fields.tags'),
    no: hole('fields.no'),
    gone: hole('fields.gone'),
    n: 1,
  };
  const { outcomes, request } = await sent(body, { name: 'Ada & Söhne=+', tags: ['a', 'b'], gone: null });
  expect(outcomes).toMatchObject([{ kind: 'accepted' }]);
  expect(request?.headers.get('content-type')).toBe('application/x-www-form-urlencoded');
  expect([...new URLSearchParams(request?.body)]).toEqual([
    ['id', 'p&1'],
    ['name', 'Ada & Söhne=+'],
    ['tag', 'a'],
    ['tag', 'b'],
    ['gone', ''],
    ['n', '1'],
  ]);
});

test('an object does not fit into a form', async () => {
  const { outcomes, request } = await sent({ all: hole('fields') }, { name: 'Ada' });
  expect(outcomes).toMatchObject([{ kind: 'rejected', code: 'template.value' }]);
  expect(request).toBeUndefined();
});
