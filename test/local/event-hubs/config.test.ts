import { expect, test } from 'vitest';
import { defaultEmulatorConfig, parseEmulatorConfig } from '../../../local/emulators/event-hubs/config.js';

const entity = { Name: 'eh1', PartitionCount: 2, ConsumerGroups: [{ Name: 'cg1' }] };
const namespace = { Type: 'EventHub', Name: 'emulatorNs1', Entities: [entity] };
const file = (...namespaces: unknown[]): string =>
  JSON.stringify({ UserConfig: { NamespaceConfig: namespaces, LoggingConfig: { Type: 'File' } } });
const withEntity = (change: object): string => file({ ...namespace, Entities: [{ ...entity, ...change }] });
const parse = (text: string) => parseEmulatorConfig(text, 'Config.json');

test('the example of the official emulator is understood', () => {
  expect(parse(file(namespace))).toEqual({
    ok: true,
    value: { namespace: 'emulatorNs1', hubs: [{ name: 'eh1', partitions: 2, groups: ['$Default', 'cg1'] }] },
  });
});

test('the config that ships has the hub and the group tributary reads by default', () => {
  expect(defaultEmulatorConfig()).toEqual({
    ok: true,
    value: {
      namespace: 'emulatorNs1',
      hubs: [{ name: 'aep-exports', partitions: 4, groups: ['$Default', 'tributary'] }],
    },
  });
});

test.each([
  ['a count written as a string', withEntity({ PartitionCount: '3' }), 3],
  ['no consumer groups', withEntity({ ConsumerGroups: undefined, PartitionCount: 32 }), 32],
  ['unknown settings', withEntity({ MessageRetentionInDays: 7 }), 2],
  ['a byte order mark', `\uFEFF${file(namespace)}`, 2],
])('%s is accepted', (_, text, partitions) => {
  const result = parse(text);
  expect(result.ok && result.value.hubs[0]?.partitions).toBe(partitions);
});

const hubs = (count: number) => Array.from({ length: count }, (_, i) => ({ ...entity, Name: `eh${i}` }));
const groups = (count: number) => Array.from({ length: count }, (_, i) => ({ Name: `cg${i}` }));
const ENTITY = 'UserConfig.NamespaceConfig[0].Entities[0]';

test.each([
  ['no namespace', file(), 'UserConfig.NamespaceConfig: must hold exactly one namespace'],
  [
    'two namespaces',
    file(namespace, namespace),
    'UserConfig.NamespaceConfig: must hold exactly one namespace',
  ],
  [
    'another name',
    file({ ...namespace, Name: 'mine' }),
    'UserConfig.NamespaceConfig[0].Name: must be "emulatorNs1"',
  ],
  [
    'no hub',
    file({ ...namespace, Entities: [] }),
    'UserConfig.NamespaceConfig[0].Entities: needs 1 to 10 hubs',
  ],
  ['11 hubs', file({ ...namespace, Entities: hubs(11) }), 'Entities: needs 1 to 10 hubs'],
  [
    'a hub twice',
    file({ ...namespace, Entities: [entity, { ...entity, Name: 'EH1' }] }),
    'Entities[1].Name: "EH1"',
  ],
  ['33 partitions', withEntity({ PartitionCount: 33 }), `${ENTITY}.PartitionCount: must be 1 to 32`],
  ['0 partitions', withEntity({ PartitionCount: '0' }), `${ENTITY}.PartitionCount: must be 1 to 32`],
  ['half a partition', withEntity({ PartitionCount: 1.5 }), `${ENTITY}.PartitionCount: must be whole`],
  ['a word for a count', withEntity({ PartitionCount: 'two' }), `${ENTITY}.PartitionCount: must be a number`],
  ['21 groups', withEntity({ ConsumerGroups: groups(21) }), `${ENTITY}.ConsumerGroups: has more than 20`],
  [
    '$Default',
    withEntity({ ConsumerGroups: [{ Name: '$Default' }] }),
    `${ENTITY}.ConsumerGroups[0].Name: $Default`,
  ],
  ['a bad name', withEntity({ Name: 'a/b' }), `${ENTITY}.Name: is not a name`],
  ['not an object', '[]', '(file): '],
])('%s is a fault that names the path', (_, text, message) => {
  const result = parse(text);
  expect(!result.ok && result.fault.code).toBe('config.invalid');
  expect(!result.ok && result.fault.message).toContain(message);
});

test('text that is not JSON is a fault of its own, with the file', () => {
  const result = parse('{');
  expect(!result.ok && result.fault.code).toBe('config.syntax');
  expect(!result.ok && result.fault.message).toContain('Config.json');
});
