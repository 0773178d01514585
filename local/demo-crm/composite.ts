import * as z from 'zod';
import type { Answer } from '../vendor-answer.js';
import { json, refusal } from './answer.js';
import { parse } from './collection.js';
import type { Org } from './org.js';
import { query } from './soql.js';

const Body = z.strictObject({
  allOrNone: z.boolean().default(false),
  compositeRequest: z.array(
    z.strictObject({ method: z.string(), url: z.string(), referenceId: z.string().regex(/^\w+$/) }),
  ),
});

const [MOST, MOST_QUERIES] = [25, 5];
const QUERY = /^\/services\/data\/v\d{2,3}\.0\/query\?q=(.+)$/;
/** Salesforce takes no longer query than this. */
const MOST_CHARACTERS = 100_000;

function subresponse(
  org: Org,
  { method, url, referenceId }: z.infer<typeof Body>['compositeRequest'][number],
) {
  const [, encoded] = QUERY.exec(url) ?? [];
  const refuse = (httpStatusCode: number, errorCode: string, message: string) => ({
    body: [{ errorCode, message }],
    httpHeaders: {},
    httpStatusCode,
    referenceId,
  });
  if (method !== 'GET' || encoded === undefined)
    return refuse(404, 'NOT_FOUND', 'The requested resource does not exist');
  const text = decodeURIComponent(encoded.replaceAll('+', ' '));
  if (text.length > MOST_CHARACTERS) return refuse(400, 'QUERY_TOO_COMPLICATED', 'Query is too long');
  const answered = query(org, text);
  if ('errorCode' in answered) return refuse(400, answered.errorCode, answered.message);
  const { records } = answered;
  const body = { totalSize: records.length, done: true, records };
  return { body, httpHeaders: {}, httpStatusCode: 200, referenceId };
}

/** `POST …/composite`: up to five queries in one request. */
export function composite(org: Org, text: string): Answer {
  const body = Body.safeParse(parse(text));
  if (!body.success) return refusal(400, 'JSON_PARSER_ERROR', 'The HTTP entity body could not be read');
  const { compositeRequest } = body.data;
  if (compositeRequest.length > MOST)
    return refusal(400, 'LIMIT_EXCEEDED', `No more than ${MOST} subrequests`);
  if (compositeRequest.length > MOST_QUERIES)
    return refusal(400, 'LIMIT_EXCEEDED', `No more than ${MOST_QUERIES} queries or collections`);
  return json(200, { compositeResponse: compositeRequest.map((one) => subresponse(org, one)) });
}
