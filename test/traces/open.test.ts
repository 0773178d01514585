import { expect, test } from 'vitest';
import { insightsIn } from '../../shared/traces/app-insights.js';
import { memorySpans, provideSpans } from '../../shared/traces/memory.js';
import { daemonIn } from '../../shared/traces/xray.js';
import { KEY, open, receiver, SPANS } from './receiving.js';

test('a receiver that refuses, or is not there, is a reason and not an error', async () => {
  const { url } = await receiver(503);
  expect(await open(`otlp:${url}`).send(SPANS)).toBe('HTTP_503');
  expect(await open('otlp:http://127.0.0.1:9').send(SPANS)).toMatch(/^[A-Z_]+$/);
});

test.each([
  ['nowhere', 'must be xray, otlp:URL'],
  ['otlp:http://collector.example.com', 'must start with https://'],
  ['otlp:', 'is not a URL'],
  ['memory:unknown', 'must be xray'],
  ['app-insights', 'holds no InstrumentationKey'],
])('a setting that means nothing is refused at the start: %s', (setting, why) => {
  expect(() => open(setting)).toThrow(why);
});

test('addresses and connection strings, as platforms write them', () => {
  expect(daemonIn()).toEqual({ host: '127.0.0.1', port: 2000 });
  expect(daemonIn('169.254.79.129:2000')).toEqual({ host: '169.254.79.129', port: 2000 });
  expect(daemonIn('nonsense')).toBeUndefined();
  expect(insightsIn(`InstrumentationKey=${KEY};EndpointSuffix=ai.contoso.com`)?.endpoint).toBe(
    'https://dc.ai.contoso.com',
  );
  expect(insightsIn(`instrumentationkey=${KEY}`)?.endpoint).toBe('https://dc.services.visualstudio.com');
  expect(insightsIn('')).toBeUndefined();
});

test('spans of this process go to whoever provided the name', async () => {
  const spans = memorySpans(2);
  provideSpans('traces of a test', spans);
  await open('memory:traces of a test').send(SPANS);
  expect(spans.all()).toEqual(SPANS.slice(1));
});
