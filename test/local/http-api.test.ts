import { request } from 'node:http';
import { expect, test } from 'vitest';
import { startHttpApi } from '../../local/http-api.js';

/** Asks for a target as it stands: fetch would mend it. */
const ask = (origin: string, path: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const asked = request({ hostname, port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject).end();
  });

test.each([
  ['//', '//', ''],
  ['http://[::/v1/exports', 'http://[::/v1/exports', ''],
  ['/v1/exports?sandbox=a&sandbox=b', '/v1/exports', 'sandbox=a&sandbox=b'],
])('the target %s reaches the function as it stands', async (target, rawPath, rawQueryString) => {
  const events: unknown[] = [];
  const front = await startHttpApi(async (event) => {
    events.push(event);
    return { requestId: 'r', payload: { statusCode: 404 } };
  });
  try {
    expect(await ask(front.url, target)).toBe(404);
    expect(events).toMatchObject([{ rawPath, rawQueryString }]);
  } finally {
    await front.close();
  }
});
