import { describe, expect, test } from 'vitest';
import type { Action } from '../../../shared/core/remote.js';
import { contact } from '../subjects.js';
import { ada, api, hole } from './api.js';

async function bodyOf(body: unknown, action: Action): Promise<unknown> {
  const { send, asked } = api({ body });
  expect(await send(action)).toMatchObject([{ kind: 'accepted' }]);
  return JSON.parse(asked[0]?.body ?? '');
}

async function urlOf(url: string, action: Action): Promise<string | undefined> {
  const { send, asked } = api({ url });
  await send(action);
  return asked[0]?.url;
}

describe('body', () => {
  test('without a template: operation, object, key and fields', async () => {
    const { send, asked } = api({});
    await send(ada);
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      operation: 'upsert',
      object: 'Contact',
      key: 'p1',
      fields: ada.fields,
    });
    expect(asked[0]).toMatchObject({ method: 'POST' });
    expect(asked[0]?.headers.get('content-type')).toBe('application/json');
  });

  test('a placeholder that stands alone is replaced by the value, of whatever type', async () => {
    const template = {
      id: hole('key'),
      named: hole('key.AEP_Id__c'),
      vip: hole('fields.vip'),
      points: hole('fields.points'),
      list: [hole('fields.tags'), hole('fields.gone')],
      all: hole('fields'),
      fixed: [1, true, null, 'text', { deep: hole('object') }],
    };
    expect(await bodyOf(template, ada)).toEqual({
      id: 'p1',
      named: 'p1',
      vip: true,
      points: 12.5,
      list: [['a', 'b'], null],
      all: ada.fields,
      fixed: [1, true, null, 'text', { deep: 'Contact' }],
    });
  });

  test('a whole body may be one placeholder', async () => {
    expect(await bodyOf(hole('fields'), ada)).toEqual(ada.fields);
  });

  test('in a longer text scalars are inserted, null and absent values are empty', async () => {
    const text = `Hi ${hole('fields.name')}, ${hole('fields.points')}/${hole('fields.vip')}/${hole('fields.gone')}/${hole('fields.none')}!`;
    expect(await bodyOf({ text }, ada)).toEqual({ text: 'Hi Ada, 12.5/true//!' });
  });

  test('a member whose value is absent is left out; null stays null', async () => {
    const template = { none: hole('fields.none'), gone: hole('fields.gone'), list: [hole('fields.none'), 1] };
    expect(await bodyOf(template, ada)).toEqual({ gone: null, list: [1] });
  });

  test('no value can change the structure around it', async () => {
    const evil = contact('","admin":true,"x":"', { name: `"}], ${hole('key')} \\ \n\u2028`, __proto__x: 1 });
    const template = { id: hole('key'), greeting: `Hi ${hole('fields.name')}` };
    expect(await bodyOf(template, evil)).toEqual({
      id: '","admin":true,"x":"',
      greeting: `Hi ${evil.fields['name']}`,
    });
  });

  test('names of the language itself are not fields', async () => {
    const template = { a: hole('fields.constructor'), b: hole('fields.__proto__'), c: hole('key.toString') };
    expect(await bodyOf(template, ada)).toEqual({});
  });

  test.each([
    ['a list inside a text', { text: `tags: ${hole('fields.tags')}` }, ada],
    ['a key of two fields', { id: hole('key') }, { ...ada, key: { a: '1', b: '2' } }],
    ['an absent body', hole('fields.none'), ada],
  ])('%s: the row is refused with the reason and nothing is sent', async (_, body, action) => {
    const { send, asked } = api({ body });
    const outcomes = await send(action);
    expect(outcomes).toMatchObject([
      { kind: 'rejected', code: 'template.value', text: expect.stringMatching(/.{10}/) },
    ]);
    expect(asked).toHaveLength(0);
  });
});

describe('address', () => {
  test('values are percent-encoded in path and query', async () => {
    const url = `https://api.example.com/${hole('object')}/${hole('key')}?n=${hole('fields.name')}&fixed=1`;
    const action = contact('a/b?c#d&e=ü ../', { name: 'A&B=C' });
    expect(await urlOf(url, action)).toBe(
      'https://api.example.com/Contact/a%2Fb%3Fc%23d%26e%3D%C3%BC%20..%2F?n=A%26B%3DC&fixed=1',
    );
  });

  test('half a surrogate pair does not break anything', async () => {
    expect(await urlOf(`https://api.example.com/${hole('key')}`, contact('x\ud800'))).toBe(
      'https://api.example.com/x%EF%BF%BD',
    );
  });

  test.each([
    ['climbs', '..'],
    ['stays', '.'],
    ['is empty', ''],
  ])('a value that %s is refused', async (_, key) => {
    const { send, asked } = api({ url: `https://api.example.com/people/${hole('key')}` });
    expect(await send(contact(key))).toMatchObject([{ kind: 'rejected', code: 'template.value' }]);
    expect(asked).toHaveLength(0);
  });

  test('dots that climb only together are refused, too', async () => {
    const { send } = api({ url: `https://api.example.com/people/${hole('key')}${hole('fields.name')}` });
    expect(await send(contact('.', { name: '.' }))).toMatchObject([{ kind: 'rejected' }]);
    expect(await send(contact('.', { name: 'x' }))).toMatchObject([{ kind: 'accepted' }]);
  });

  test('an absent value is refused', async () => {
    const { send } = api({ url: `https://api.example.com/people?n=${hole('fields.none')}` });
    expect(await send(ada)).toMatchObject([{ kind: 'rejected', text: expect.stringContaining('missing') }]);
  });
});

test('a member named ... lays an object over what precedes it; what is no object adds nothing', async () => {
  const template = {
    name: 'before',
    '...': hole('fields'),
    id: hole('key'),
    deep: { '...': hole('fields.none'), a: 1 },
  };
  expect(await bodyOf(template, contact('p1', { name: 'Ada', id: 'no' }))).toEqual({
    name: 'Ada',
    id: 'p1',
    deep: { a: 1 },
  });
});
