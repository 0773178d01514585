import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { listen } from '../local/listen.js';

const Text = z.object({ S: z.string() });
const Put = z.object({
  Item: z.looseObject({ person: Text, version: Text }),
  ExpressionAttributeValues: z.object({ ':expected': Text.optional() }),
});
const Get = z.object({
  RequestItems: z.record(z.string(), z.object({ Keys: z.array(z.object({ person: Text })) })),
});

type Item = z.infer<typeof Put>['Item'];

/** A table of states on this machine. */
export interface StandIn {
  readonly endpoint: string;
  close(): Promise<void>;
}

const answer = (response: ServerResponse, status: number, body: unknown): void =>
  void response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));

const CONFLICT = {
  __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
  message: 'The conditional request failed',
};

/**
 * As much of DynamoDB as the state store uses, answering after so many milliseconds, whatever else is asked. It is here because
 * dynalite works two milliseconds on each write, one after another, which no service in a cloud does: with it the benchmark would
 * measure dynalite. The SDK, its requests and what they carry are real.
 */
export async function startStandIn(latencyMs: number): Promise<StandIn> {
  const items = new Map<string, Item>();
  const server = createServer((request, response) => {
    void text(request).then(async (body) => {
      await delay(latencyMs);
      const asked: unknown = JSON.parse(body);
      if (request.headers['x-amz-target'] === 'DynamoDB_20120810.BatchGetItem') {
        const found = Object.entries(Get.parse(asked).RequestItems).map(([table, { Keys }]) => [
          table,
          Keys.flatMap(({ person }) => items.get(person.S) ?? []),
        ]);
        return answer(response, 200, { Responses: Object.fromEntries(found), UnprocessedKeys: {} });
      }
      const { Item, ExpressionAttributeValues } = Put.parse(asked);
      const known = items.get(Item.person.S)?.version.S;
      if (known !== ExpressionAttributeValues[':expected']?.S) return answer(response, 400, CONFLICT);
      items.set(Item.person.S, Item);
      answer(response, 200, {});
    });
  });
  const endpoint = `http://127.0.0.1:${await listen(server, 0, 'the stand-in of DynamoDB')}`;
  return {
    endpoint,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
