import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import { type FrontAnswer, type FrontRequest, type HttpFront, startHttpFront } from './http-front.js';
import type { Invoke } from './lambda-invoker.js';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const MOST_BYTES = 10 * 1024 * 1024;

/** Only these arrive as text, measured on AWS: https://github.com/ministackorg/ministack/pull/766 */
const AS_TEXT = /^\s*(?:text\/|application\/(?:json|xml|javascript)\s*(?:;|$))/i;

function eventOf({ method, target, headers, body, remote = '' }: FrontRequest): APIGatewayProxyEventV2 {
  const mark = target.indexOf('?');
  const [pathname, search] = mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
  const searchParams = new URLSearchParams(search);
  const asText = AS_TEXT.test(headers['content-type'] ?? '');
  const { cookie, ...others } = headers;
  const names = [...new Set(searchParams.keys())];
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: search,
    ...(cookie !== undefined && { cookies: cookie.split('; ') }),
    headers: others,
    ...(names.length > 0 && {
      queryStringParameters: Object.fromEntries(
        names.map((name) => [name, searchParams.getAll(name).join(',')]),
      ),
    }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: headers['host'] ?? '127.0.0.1',
      domainPrefix: '127',
      http: {
        method,
        path: pathname,
        protocol: 'HTTP/1.1',
        sourceIp: remote,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: new Date().toISOString(),
      timeEpoch: Date.now(),
    },
    ...(body.length > 0 && { body: body.toString(asText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !asText,
  };
}

const Answer = z.object({
  statusCode: z.number(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
});

const FAILED: FrontAnswer = {
  status: 500,
  headers: { 'content-type': 'application/json' },
  body: '{"message":"Internal Server Error"}',
};

/** An HTTP API of AWS in front of one Lambda, all routes of it: the event in payload 2.0, its answer, 500 for a failure. */
export const startHttpApi = (invoke: Invoke, port = 0): Promise<HttpFront> =>
  startHttpFront({
    port,
    maxBytes: MOST_BYTES,
    async handle(request) {
      const { functionError, payload } = await invoke(eventOf(request));
      const answer = Answer.safeParse(payload);
      if (functionError !== undefined || !answer.success) return FAILED;
      const { statusCode, headers, body, isBase64Encoded } = answer.data;
      return { status: statusCode, headers, body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') };
    },
  });
