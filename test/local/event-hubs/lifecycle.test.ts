import { expect, test } from 'vitest';
import { startHealth } from '../../../local/emulators/event-hubs/health.js';
import { startEventHubs } from '../../../local/emulators/event-hubs/server.js';
import { configOf, emulate, HUB, numbered, producer } from './sdk-clients.js';

test('the connection string is what the official emulator documents', async () => {
  const emulator = await emulate();
  const expected =
    `Endpoint=sb://127.0.0.1:${emulator.port};SharedAccessKeyName=RootManageSharedAccessKey;` +
    'SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;';
  expect(emulator.connectionString()).toBe(expected);
  expect(emulator.connectionString(HUB)).toBe(`${expected}EntityPath=${HUB}`);
});

test('the health page answers as the official emulator does', async () => {
  const emulator = await emulate({ healthPort: 0 });
  const url = `http://127.0.0.1:${emulator.healthPort}`;
  const response = await fetch(`${url}/health`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: 'healthy', message: 'Service is healthy.' });
  expect((await fetch(`${url}/other`)).status).toBe(404);
  await emulator.close();
  await expect(fetch(`${url}/health`)).rejects.toThrow();
});

test('the health page says so when the emulator does not listen', async () => {
  const health = await startHealth(() => false, 0, '127.0.0.1');
  const response = await fetch(`http://127.0.0.1:${health?.port}/health`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ status: 'unhealthy' });
  await health?.close();
});

test('a port that is taken is a fault that names it and says what to do', async () => {
  const emulator = await emulate({ healthPort: 0 });
  const taken = {
    code: 'config.port-in-use',
    message: expect.stringMatching(`Port ${emulator.port} .*another port`),
  };
  await expect(startEventHubs({ config: configOf(), port: emulator.port })).rejects.toMatchObject(taken);
  const health = { config: configOf(), port: 0, healthPort: emulator.healthPort ?? 0 };
  await expect(startEventHubs(health)).rejects.toMatchObject({ code: 'config.port-in-use' });
});

test('closing with clients connected leaves nothing behind', async () => {
  const emulator = await emulate();
  await producer(emulator.connectionString()).sendBatch(numbered(1));
  await emulator.close();
  const again = await emulate({ port: emulator.port, data: emulator.data });
  expect(again.events(HUB)).toHaveLength(1);
});
