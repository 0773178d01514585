import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ConnectionConfig, OPERATIONS_OF } from '../../shared/connectors/registry.js';
import { toMessage } from '../../shared/connectors/relay/message.js';
import { OPERATIONS } from '../../shared/core/remote.js';
import { blocks, page, table } from './markdown.js';

const docs = page('connectors/relays.md');
const TYPES = ['kinesis', 'event-hubs', 'event-bridge', 'sns', 'service-bus', 'event-grid'];

const connections = blocks(docs, 'yaml').map((text): unknown => parse(text).connections.crm);
const documents = blocks(docs, 'json').map((text): unknown => JSON.parse(text));

test('each kind of relay has an example, and each example is a connection', () => {
  expect(connections.map((config) => ConnectionConfig.parse(config).type)).toEqual(TYPES);
  for (const type of TYPES) expect(OPERATIONS_OF.get(type)).toEqual(OPERATIONS);
});

test('the message shown is one that an action becomes', () => {
  const action = {
    connection: 'crm',
    operation: 'upsert',
    object: 'contact',
    key: { id: 'C-1' },
    fields: { name: 'Ada', hot: true },
    asOf: Date.UTC(2026, 10, 1, 10, 0, 10),
  } as const;
  const made: unknown = JSON.parse(toMessage(action, undefined, 0).text);
  expect(documents[0]).toEqual({ ...Object(made), id: expect.any(String) });
});

test('each policy allows one target and no more than two actions', () => {
  expect(documents.slice(1)).toHaveLength(3);
  for (const policy of documents.slice(1))
    expect(policy).toMatchObject({
      Statement: [
        { Action: [expect.any(String), expect.any(String)], Resource: expect.not.stringContaining('*') },
      ],
    });
});

test('every setting that is told of is one, and every one is told of', () => {
  const told = table(docs, 'setting').map(([name]) => name);
  const shown = [
    'type',
    'stream',
    'hub',
    'connection',
    'bus',
    'topic',
    'url',
    'entity',
    'policy',
    'key',
    'auth',
  ];
  const options = ConnectionConfig.options.flatMap((option) => {
    const type = option.shape.type.value;
    return TYPES.includes(type) ? Object.keys(option.shape) : [];
  });
  expect(new Set([...told, ...shown])).toEqual(new Set(options));
});
