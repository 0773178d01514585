import { expect, test } from 'vitest';
import { parseHostJson } from '../../../local/functions-host/host-json.js';
import {
  applySettings,
  entityPath,
  expandSettings,
  resolveConnection,
} from '../../../local/functions-host/settings.js';
import { Fault } from '../../../shared/core/fault.js';

const caught = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return error;
  }
};

const hostJson = (eventHubs: unknown) => ({ version: '2.0', extensions: { eventHubs } });

test.each([{ version: '2.0' }, { version: '2.0', extensions: {} }, hostJson({})])(
  'host.json without Event Hubs settings takes the extension’s defaults',
  (json) => {
    expect(parseHostJson(json).eventHubs).toEqual({
      maxEventBatchSize: 100,
      minEventBatchSize: 1,
      prefetchCount: 300,
      batchCheckpointFrequency: 1,
      enableCheckpointing: true,
      initialOffsetOptions: { type: 'fromStart' },
    });
  },
);

test('host.json: what is set is kept', () => {
  const start = { type: 'fromEnqueuedTime', enqueuedTimeUtc: '2026-11-21T00:00:00Z' };
  const { eventHubs } = parseHostJson(hostJson({ maxEventBatchSize: 50, initialOffsetOptions: start }));
  expect(eventHubs).toMatchObject({ maxEventBatchSize: 50, initialOffsetOptions: start });
});

test.each([
  ['a misspelt name', hostJson({ maxBatchSize: 50 }), 'maxBatchSize'],
  ['a size of nothing', hostJson({ maxEventBatchSize: 0 }), 'extensions.eventHubs.maxEventBatchSize'],
  ['a minimum this host cannot wait for', hostJson({ minEventBatchSize: 10 }), 'minEventBatchSize must be 1'],
  [
    'a start that lacks its time',
    hostJson({ initialOffsetOptions: { type: 'fromEnqueuedTime' } }),
    'enqueuedTimeUtc',
  ],
  ['another version', { version: '1.0' }, 'version'],
  ['no object', 'host', 'host.json'],
])('host.json with %s is refused by name', (_, json, named) => {
  const fault = caught(() => parseHostJson(json));
  expect(fault).toMatchObject({ code: 'config.invalid' });
  expect(fault).toHaveProperty('message', expect.stringContaining(named));
});

test('%X% is replaced wherever it stands', () => {
  const settings = { HUB: 'aep-exports', N: '2' };
  expect(expandSettings('%HUB%', settings, 'f')).toBe('aep-exports');
  expect(expandSettings('a-%HUB%-%N%', settings, 'f')).toBe('a-aep-exports-2');
  expect(expandSettings('plain, 100 %', settings, 'f')).toBe('plain, 100 %');
});

test('a replacement pattern inside a value is taken literally', () => {
  expect(expandSettings('%HUB%', { HUB: '$&$1' }, 'f')).toBe('$&$1');
});

test.each([{}, { HUB: '' }])('a setting that is missing or empty is named, with its user', (settings) => {
  const fault = caught(() => expandSettings('%HUB%', settings, 'function audience-exports'));
  expect(fault).toBeInstanceOf(Fault);
  expect(fault).toMatchObject({ code: 'config.missing-setting' });
  expect(fault).toHaveProperty('message', expect.stringMatching(/setting HUB .*function audience-exports/));
});

test('a connection is found by name; a missing one is named; an identity is refused', () => {
  expect(resolveConnection('Hub', { Hub: 'Endpoint=x' }, 'f')).toBe('Endpoint=x');
  expect(resolveConnection('Hub', { Hub: 'E', Hub__fullyQualifiedNamespace: 'n' }, 'f')).toBe('E');
  expect(caught(() => resolveConnection('Hub', {}, 'f'))).toMatchObject({ code: 'config.missing-setting' });
  expect(caught(() => resolveConnection('Hub', { Hub__fullyQualifiedNamespace: 'n' }, 'f'))).toMatchObject({
    code: 'config.invalid',
  });
});

test.each([
  ['Endpoint=sb://127.0.0.1;EntityPath=hub-a;UseDevelopmentEmulator=true;', 'hub-a'],
  ['EntityPath=hub-a', 'hub-a'],
  ['Endpoint=sb://127.0.0.1;SharedAccessKey=a=EntityPath', undefined],
])('EntityPath of %s', (connectionString, hub) => {
  expect(entityPath(connectionString)).toBe(hub);
});

test('settings are lent to the environment and taken back, old values restored', () => {
  const env: NodeJS.ProcessEnv = { KEPT: 'old', OTHER: 'x' };
  const restore = applySettings({ KEPT: 'new', ADDED: '1' }, env);
  expect(env).toEqual({ KEPT: 'new', ADDED: '1', OTHER: 'x' });
  restore();
  expect(env).toEqual({ KEPT: 'old', OTHER: 'x' });
});
