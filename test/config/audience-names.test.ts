import { describe, expect, test } from 'vitest';
import { type AudienceNames, resolverOf, withIds } from '../../shared/config/audience-names.js';
import { bad, ok } from '../../shared/core/fault.js';
import { RulesFile } from '../../shared/core/rules.js';
import { NO_TOOLS, type Tools } from '../../shared/core/tools.js';
import { toolsFor } from '../../shared/tools/load.js';

const fileWith = (audiences: object, when: object, more: object = {}): RulesFile =>
  RulesFile.parse({
    audiences,
    person: { key: ['crmid'] },
    connections: { sales: { type: 'http' } },
    rules: [
      { name: 'one', when, do: [{ upsert: 'sales/C', match: { Id: '$key' }, set: { F: 'person.a' } }] },
    ],
    ...more,
  });

/** Knows these names, and no other. */
const knowing = (names: Readonly<Record<string, string>>): AudienceNames => ({
  find(name, namespace = 'ups') {
    const id = names[name];
    return id === undefined ? bad('config.audience-name', 'unknown') : ok({ id, namespace });
  },
});

const AUDIENCES = { hot: 'hot-1', vip: { name: 'VIP' } };

/** Whether the one rule of a file would ever be asked. */
function acts(file: RulesFile, names: AudienceNames, tools: Tools = NO_TOOLS): boolean {
  const rules = resolverOf(file, tools)?.(names).rules;
  const all = [...(rules?.audiences.values() ?? [])].flatMap((byId) => [...byId.values()]);
  return all.some((audience) => Object.values(audience.rules).some((about) => about.length > 0));
}

describe('a rule acts only when every audience it speaks of is known', () => {
  test.each([
    ['in when', { member: 'vip' }],
    ['among several', { entered: { any: ['hot', 'vip'] } }],
    ['among none', { member: { none: ['hot', 'vip'] } }],
    ['as one of a namespace', { member: { all: { namespace: 'UPS' } } }],
  ])('%s', (_, when) => {
    const file = fileWith(AUDIENCES, when);
    expect(acts(file, knowing({}))).toBe(false);
    expect(acts(file, knowing({ VIP: 'v-1' }))).toBe(true);
  });

  test.each([
    ['in a field', { set: { F: { member: 'vip' } } }],
    ['in an expression', { if: { cel: 'member.vip' } }],
  ])('%s', async (_, { set = { F: 'person.a' }, ...rest }: { set?: object; if?: object }) => {
    const action = { upsert: 'sales/C', match: { Id: '$key' }, set };
    const rules = [{ name: 'one', when: { member: 'hot' }, ...rest, do: [action] }];
    const file = RulesFile.parse({ ...fileWith(AUDIENCES, { member: 'hot' }), rules });
    const tools = await toolsFor('cel', undefined);
    expect(acts(file, knowing({}), tools)).toBe(false);
    expect(acts(file, knowing({ VIP: 'v-1' }), tools)).toBe(true);
  });

  test('a namespace that the name is not wanted in has nothing to do with it', () => {
    const audiences = { hot: 'hot-1', vip: { name: 'VIP', namespace: 'Own' } };
    expect(acts(fileWith(audiences, { member: { any: { namespace: 'ups' } } }), knowing({}))).toBe(true);
  });
});

test('a name that stands for an audience the file declares already is told, and both are not mixed up', () => {
  const { file, unresolved } = withIds(fileWith(AUDIENCES, { member: 'vip' }), knowing({ VIP: 'hot-1' }));
  expect(file.audiences['vip']).toEqual({ name: 'VIP' });
  expect(unresolved).toMatchObject([{ audience: 'vip', fault: { code: 'config.audience-name' } }]);
  expect(unresolved[0]?.fault.message).toContain('hot');
});

test('a file without names has nothing to look up', () => {
  expect(resolverOf(fileWith({ hot: 'hot-1' }, { member: 'hot' }), NO_TOOLS)).toBeUndefined();
});
