import * as z from 'zod';
import type { Json } from '../../core/ports.js';
import { OPERATIONS } from '../../core/remote.js';
import { SecretRef } from '../auth/secret.js';
import { HttpAuth } from './auth.js';
import { HttpRequestErrors } from './errors.js';
import { HttpHeaders } from './header.js';
import { HttpItems } from './items.js';
import { BodyPath, HttpSuccess } from './success.js';

/** What is sent when a connection has no template of its own; what an action has not is left out. */
const DEFAULT_BODY: Json = {
  operation: `\${operation}`,
  object: `\${object}`,
  list: `\${list}`,
  key: `\${key}`,
  fields: `\${fields}`,
  idempotencyKey: `\${idempotencyKey}`,
};

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;
const Url = z
  .string()
  .describe('Address; values in its path and query are percent-encoded. secret:NAME where it is a secret.');
const Body = z.union([z.literal(false), z.json()]).describe('What is sent; false for none.');
const Encoding = z.enum(['json', 'form']).describe('How the body is written.');

/** Looks a row up before it is written, for APIs that know rows by an id of their own. */
const HttpFind = z.strictObject({
  url: Url,
  method: z.enum(['GET', ...METHODS]).default('GET'),
  body: z.json().optional(),
  rows: BodyPath.optional().describe('Path of the rows found; without it the body is the list.'),
  success: HttpSuccess.optional(),
});
export type HttpFind = z.infer<typeof HttpFind>;

/** What is sent instead of the request when no row was found. */
const HttpCreate = z.strictObject({
  url: Url.optional(),
  method: z.enum(METHODS).optional(),
  body: Body.optional(),
  success: HttpSuccess.optional(),
});

const HttpBatch = z.strictObject({
  maxRows: z.int().min(2).max(10_000).describe('Most rows of one request.'),
  maxBytes: z.int().min(1).optional().describe('Most bytes of the rows of one request, as JSON.'),
  body: z
    .json()
    .default(`\${rows}`)
    .describe('The whole body, in which each row is what "body" makes of it.'),
  answer: z.union([z.literal('all-or-nothing'), HttpItems]),
});
export type HttpBatch = z.infer<typeof HttpBatch>;

/** How one operation differs from the others of its connection. */
const HttpOperation = z.strictObject({
  url: Url.optional(),
  method: z.enum(METHODS).optional(),
  body: Body.optional(),
  encoding: Encoding.optional(),
  success: HttpSuccess.optional(),
  find: z.union([z.literal(false), HttpFind]).optional(),
  create: HttpCreate.optional().describe('The request for a row that "find" did not find.'),
  batch: z.union([z.literal(false), HttpBatch]).optional(),
});

const Signature = z.strictObject({
  secrets: z
    .array(SecretRef)
    .min(1)
    .max(4)
    .describe('Secrets of Standard Webhooks (whsec_…), newest first; several while one is replaced.'),
});

const Tls = z.strictObject({
  certificate: SecretRef.describe('Our certificate and those between it and its authority, PEM.'),
  key: SecretRef.describe('Its private key, PEM.'),
  ca: SecretRef.optional().describe("The server's authority, PEM, where it is not a public one."),
});
export type HttpTls = z.infer<typeof Tls>;

/** The members of a connection of type http, each by itself; config.ts holds them against each other. */
export const HttpSettings = z.strictObject({
  type: z.literal('http'),
  url: Url,
  method: z.enum(METHODS).default('POST'),
  headers: HttpHeaders.default({}),
  auth: z.union([z.literal('none'), HttpAuth]).default('none'),
  body: z.json().default(DEFAULT_BODY).describe('What is sent; values are inserted as JSON values.'),
  encoding: Encoding.default('json'),
  success: HttpSuccess.optional().describe('What a 2xx body must say; without it the status decides.'),
  errors: HttpRequestErrors.optional().describe('Where the API says what went wrong, and what it means.'),
  find: HttpFind.optional().describe(`Asked first by operations that use \${found}.`),
  batch: HttpBatch.optional().describe('How many rows go in one request.'),
  operations: z
    .partialRecord(z.enum(OPERATIONS), z.union([z.literal(false), HttpOperation]))
    .default({})
    .describe('Operations that differ from the rest; false for those the API cannot do.'),
  signature: Signature.optional().describe('Requests are signed as Standard Webhooks says.'),
  tls: Tls.optional().describe('Our certificate, for servers that ask for one.'),
  requestIdHeader: z
    .string()
    .regex(/^[\w-]+$/, 'must be the name of a header')
    .optional()
    .describe('The header of an answer that names the request, where it is none of those in use.'),
  allowPrivate: z
    .boolean()
    .default(false)
    .describe('True to reach addresses of private networks; they are refused otherwise.'),
  timeoutMs: z.int().min(1).max(30_000).default(30_000).describe('Longest wait for one answer, milliseconds'),
  idempotent: z.boolean().default(true).describe('False when sending a row twice does its work twice'),
  honoursIdempotencyKey: z
    .boolean()
    .default(false)
    .describe('True when the API does a request once that comes twice with one Idempotency-Key header'),
});
/** The settings, before they are held against each other. */
export type HttpSettings = z.infer<typeof HttpSettings>;
