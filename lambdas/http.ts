import middy, { type MiddyfiedHandler } from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { Fault } from '../shared/core/fault.js';
import type { Door } from '../shared/door/late-door.js';
import type { DoorRequest } from '../shared/door/request.js';
import { conceal } from './conceal.js';

/** The members of an event of an HTTP API, payload 2.0, that are read; AWS may add others at any time. */
const HttpEvent = z.looseObject({
  version: z.literal('2.0'),
  rawPath: z.string(),
  rawQueryString: z.string(),
  headers: z.record(z.string(), z.string()),
  requestContext: z.looseObject({
    /** There where the domain demands certificates, and checked against the trust store of the domain. */
    authentication: z
      .looseObject({ clientCert: z.looseObject({ clientCertPem: z.string() }) })
      .nullish()
      .catch(undefined),
    http: z.looseObject({ method: z.string(), sourceIp: z.string() }),
    /** Epoch milliseconds. */
    timeEpoch: z.number(),
  }),
  body: z.string().optional(),
  isBase64Encoded: z.boolean(),
});
type HttpEvent = z.infer<typeof HttpEvent>;

function parse(event: unknown): HttpEvent {
  const parsed = HttpEvent.safeParse(event);
  if (parsed.success) return parsed.data;
  const why = z.prettifyError(parsed.error);
  const text = `The event is not one of an HTTP API with payload 2.0. Is the function attached to another trigger?\n${why}`;
  throw new Fault('decode.shape', text, { cause: parsed.error });
}

function toDoorRequest(event: HttpEvent): DoorRequest {
  const { rawPath, rawQueryString, headers, requestContext, body = '', isBase64Encoded } = event;
  const pem = requestContext.authentication?.clientCert.clientCertPem;
  return {
    method: requestContext.http.method,
    path: rawPath,
    query: new URLSearchParams(rawQueryString),
    headers,
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
    remote: requestContext.http.sourceIp,
    clientCertificate: pem === undefined ? undefined : { text: pem, verified: true },
    receivedAt: requestContext.timeEpoch,
  };
}

/**
 * HTTP API in, the door's answer out, in its onion.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const httpOf = (door: Door): MiddyfiedHandler<unknown, APIGatewayProxyStructuredResultV2> =>
  middy<unknown, APIGatewayProxyStructuredResultV2>({ timeoutEarlyInMillis: 0 })
    .use(conceal())
    .handler(async (event) => {
      const { status, headers, body } = await door(toDoorRequest(parse(event)));
      return { statusCode: status, headers: { ...headers }, body, isBase64Encoded: false };
    });
