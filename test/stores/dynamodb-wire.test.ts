import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { dynamoStore } from '../../shared/stores/dynamodb.js';
import { answer, startFaultServer } from '../connectors/fault-server.js';
import { somebody } from '../contracts/store-steps.js';
import { fakeClock } from '../support/fakes.js';
import { dynamoDbClient } from './dynamodb-ground.js';
import { marked } from './states.js';

const deps = { table: 'states', clock: fakeClock(), random: () => 0.5, ttlDays: 10, newToken: randomUUID };

/** An answer of DynamoDB on the wire. */
const said = (status: number, body: object) =>
  answer(status, { 'content-type': 'application/x-amz-json-1.0' }, JSON.stringify(body));
const refusal = (type: string, message: string, status = 400) =>
  said(status, { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message });

describe('what DynamoDB says on the wire', () => {
  const writing = async (play: ReturnType<typeof said>) => {
    const server = await startFaultServer(() => play);
    const client = dynamoDbClient(server.url, undefined);
    const write = { id: somebody(), state: marked('x'), expected: undefined };
    try {
      const store = dynamoStore({ ...deps, client });
      return { answers: await store.write([write]), requests: server.requests.length };
    } catch (fault) {
      return { fault, requests: server.requests.length };
    } finally {
      client.destroy();
      await server.close();
    }
  };

  test.each([
    ['ProvisionedThroughputExceededException', 400],
    ['ThrottlingException', 400],
    ['RequestLimitExceeded', 400],
    ['InternalServerError', 500],
  ])('%s is waited out', async (type, status) => {
    const { fault, requests } = await writing(refusal(type, 'try later', status));
    expect(fault).toMatchObject({ code: 'store.unavailable', message: expect.stringContaining(type) });
    expect(requests).toBeGreaterThan(5);
  });

  test.each([
    ['AccessDeniedException', 'allow dynamodb:BatchGetItem'],
    ['UnrecognizedClientException', 'check the credentials'],
    ['ResourceNotFoundException', 'create the table'],
    ['ValidationException', 'ValidationException'],
  ])('%s is not', async (type, advice) => {
    const { fault, requests } = await writing(refusal(type, 'no'));
    expect(fault).toMatchObject({ code: 'store.unavailable', message: expect.stringContaining(advice) });
    expect(requests).toBe(1);
  });

  test('an item it finds too large is refused for good, should our own measure ever be wrong', async () => {
    const text = 'Item size has exceeded the maximum allowed size';
    const { answers } = await writing(refusal('ValidationException', text));
    expect(answers).toMatchObject([{ ok: false, reason: 'refused', fault: { code: 'store.too-large' } }]);
  });
});
