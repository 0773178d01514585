import { describe, expect, test } from 'vitest';
import type { AudienceRecord } from '../../shared/door/audience.js';
import { audienceNames } from '../../shared/door/audience-names.js';

const TIME = '2026-11-21T08:00:00.000Z';
const registered = (name: string, audience: string | undefined, more: Partial<AudienceRecord> = {}) => ({
  id: `aud_${name}_${audience}`,
  name,
  audience,
  created: TIME,
  updated: TIME,
  ...more,
});
const seen = (name: string, audience: string, namespace = 'ups') =>
  registered(name, audience, { seen: true, namespace });

const find = (records: readonly AudienceRecord[], name: string, namespace?: string) => {
  const found = audienceNames(records).find(name, namespace);
  return found.ok ? `${found.value.namespace}/${found.value.id}` : found.fault.code;
};
const LOST = 'config.audience-name';

describe('a name stands for', () => {
  test.each<[string, readonly AudienceRecord[], string | undefined, string]>([
    ['what was registered, in ups', [registered('VIP', 'a')], undefined, 'ups/a'],
    ['what was registered, in the namespace asked for', [registered('VIP', 'a')], 'Own', 'Own/a'],
    ['what an export says, in its namespace', [seen('VIP', 'a', 'own')], undefined, 'own/a'],
    ['what an export says, whatever the case of the namespace', [seen('VIP', 'a', 'own')], 'OWN', 'own/a'],
    [
      'what was registered, in the namespace of its exports',
      [registered('VIP', 'a'), seen('Old', 'a', 'own')],
      undefined,
      'own/a',
    ],
    [
      'what was registered, not what an export says',
      [seen('VIP', 'b'), registered('VIP', 'a')],
      undefined,
      'ups/a',
    ],
    [
      'one audience, however often it was registered',
      [registered('VIP', 'a'), registered('VIP', 'a', { id: 'x', sandbox: 'dev' })],
      undefined,
      'ups/a',
    ],
    [
      'what was registered, in the namespace whose export calls it so',
      [
        registered('VIP', 'a'),
        seen('VIP of another system', 'a', 'externalaudiences'),
        seen('VIP', 'a', 'own'),
      ],
      undefined,
      'own/a',
    ],
    [
      'what was registered, in the namespace whose export still calls it as before',
      [
        registered('VIP', 'a', { formerly: ['Old'] }),
        seen('Other', 'a', 'externalaudiences'),
        seen('Old', 'a', 'own'),
      ],
      undefined,
      'own/a',
    ],
    [
      'what was registered, in ups, when exports of no namespace call it so',
      [registered('VIP', 'a'), seen('Other', 'a', 'externalaudiences'), seen('Propensity', 'a')],
      undefined,
      'ups/a',
    ],
    ['what it was called before', [registered('Gold', 'a', { formerly: ['VIP'] })], undefined, 'ups/a'],
    [
      'who is called so now, not who was',
      [registered('Gold', 'a', { formerly: ['VIP'] }), seen('VIP', 'b')],
      undefined,
      'ups/b',
    ],
  ])('%s', (_, records, namespace, expected) => {
    expect(find(records, 'VIP', namespace)).toBe(expected);
  });

  test.each<[string, readonly AudienceRecord[], string | undefined]>([
    ['it is not known', [registered('vip', 'a')], undefined],
    ['two audiences have it', [registered('VIP', 'a'), registered('VIP', 'b')], undefined],
    ['it is in two namespaces', [seen('VIP', 'a', 'one'), seen('VIP', 'a', 'two')], undefined],
    [
      'it was registered, and its exports are in two namespaces that call it so',
      [registered('VIP', 'a'), seen('VIP', 'a'), seen('VIP', 'a', 'own')],
      undefined,
    ],
    [
      'it was registered, and its exports are in two namespaces with other names, neither the usual one',
      [registered('VIP', 'a'), seen('Fans', 'a', 'own'), seen('Others', 'a', 'theirs')],
      undefined,
    ],
    ['it is in another namespace', [seen('VIP', 'a', 'one')], 'two'],
    ['Adobe has not told the id', [registered('VIP', undefined)], undefined],
  ])('nothing, when %s', (_, records, namespace) => {
    expect(find(records, 'VIP', namespace)).toBe(LOST);
  });
});
