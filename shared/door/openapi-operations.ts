import * as z from 'zod';
import { ProfileSchema } from '../core/profile.js';
import { AudienceRecord } from './audience.js';
import { AudienceBody } from './audience-call.js';
import { AudienceList } from './audiences.js';
import { Health } from './health.js';
import { SchemaAnswer } from './schema.js';

/** What every refusal says. */
const Problem = z.object({
  /** One of the codes of docs/faults.md. */
  error: z.string(),
  /** What went wrong and what to do, for the person who reads it. */
  message: z.string(),
  requestId: z.string(),
});

const Exports = z.union([
  ProfileSchema,
  z.array(ProfileSchema),
  z.looseObject({ profiles: z.array(ProfileSchema) }),
]);

/** What became of the profiles of one call. */
export const ExportAnswer = z.strictObject({
  requestId: z.string(),
  received: z.number().int(),
  /** In the stream. */
  accepted: z.number().int(),
  /** In the dead letters. */
  malformed: z.number().int(),
  testProfiles: z.number().int(),
});

const AudienceId = z.object({ id: z.string() });

/** What a token is asked for with, as a form (RFC 6749); credentials may stand in a Basic header instead. */
const TokenRequest = z.object({
  grant_type: z.enum(['client_credentials', 'password', 'refresh_token']),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  refresh_token: z.string().optional(),
  scope: z.string().optional(),
});
const TokenAnswer = z.looseObject({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.number().int(),
});
/** RFC 6749, section 5.2. */
const TokenProblem = z.looseObject({ error: z.string() });

/** The schemas of the document, by name: what comes in as it is sent, what goes out as it is answered. */
export const SCHEMAS = {
  Problem: { schema: Problem, io: 'output' },
  Exports: { schema: Exports, io: 'input' },
  ExportAnswer: { schema: ExportAnswer, io: 'output' },
  AudienceBody: { schema: AudienceBody, io: 'input' },
  Audience: { schema: AudienceRecord, io: 'output' },
  AudienceList: { schema: AudienceList, io: 'output' },
  AudienceId: { schema: AudienceId, io: 'output' },
  SchemaAnswer: { schema: SchemaAnswer, io: 'output' },
  Health: { schema: Health, io: 'output' },
  TokenRequest: { schema: TokenRequest, io: 'input' },
  TokenAnswer: { schema: TokenAnswer, io: 'output' },
  TokenProblem: { schema: TokenProblem, io: 'output' },
} as const satisfies Record<string, { schema: z.ZodType; io: 'input' | 'output' }>;
export type SchemaName = keyof typeof SCHEMAS;

/** One thing the door does, for the document. */
export interface Operation {
  readonly id: string;
  readonly about: string;
  /** What the body must be; anything when absent. */
  readonly takes?: SchemaName;
  readonly form?: boolean;
  readonly query?: readonly string[];
  readonly gives: Readonly<Record<number, SchemaName>>;
}

const refusals = {
  400: 'Problem',
  401: 'Problem',
  403: 'Problem',
  405: 'Problem',
  413: 'Problem',
  429: 'Problem',
  503: 'Problem',
} as const;
const saved = { 200: 'Audience', ...refusals } as const;
const SOURCE = ['source', 'sandbox', 'tenant'];

const exports = (id: string, about: string): Operation => ({
  id,
  about,
  takes: 'Exports',
  query: SOURCE,
  gives: { 200: 'ExportAnswer', ...refusals },
});

const audience = (id: string, about: string): Operation => ({
  id,
  about,
  takes: 'AudienceBody',
  query: SOURCE,
  gives: saved,
});

const EXPORTS = 'Takes in audience exports; 200 says that all of the call is durable.';
const SAVE = 'Changes an audience, or makes it where it is not known.';

/** Every operation, by method and path as the routes have them. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'POST /v1/exports/{source*}': exports('sendExports', EXPORTS),
  'PUT /v1/exports/{source*}': exports('putExports', EXPORTS),
  'PATCH /v1/exports/{source*}': exports('patchExports', EXPORTS),
  'GET /v1/audiences': {
    id: 'listAudiences',
    about: 'The registered audiences in order of their ids, in pages.',
    query: ['limit', 'after'],
    gives: { 200: 'AudienceList', ...refusals },
  },
  'POST /v1/audiences': audience(
    'createAudience',
    'Registers an audience; the same one gets the same id again.',
  ),
  'GET /v1/audiences/{id}': {
    id: 'getAudience',
    about: 'One audience.',
    gives: { ...saved, 404: 'Problem' },
  },
  'PUT /v1/audiences/{id}': audience('updateAudience', SAVE),
  'POST /v1/audiences/{id}': audience('postAudience', SAVE),
  'PATCH /v1/audiences/{id}': audience('patchAudience', SAVE),
  'DELETE /v1/audiences/{id}': {
    id: 'deleteAudience',
    about: 'Removes an audience; succeeds also when there is none.',
    gives: { 200: 'AudienceId', ...refusals },
  },
  'GET /v1/audiences/validate': {
    id: 'validate',
    about: 'Answers whoever is let in.',
    gives: { 200: 'AudienceId', ...refusals },
  },
  'POST /v1/audiences/validate': {
    id: 'postValidate',
    about: 'Answers whoever is let in; a body is looked at as one that registers an audience.',
    gives: { 200: 'AudienceId', ...refusals },
  },
  'PUT /v1/audiences/{id}/notify': {
    id: 'notify',
    about: 'Notes that files of the audience were exported.',
    gives: { 200: 'AudienceId', ...refusals },
  },
  'POST /v1/audiences/{id}/notify': {
    id: 'postNotify',
    about: 'Notes that files of the audience were exported.',
    gives: { 200: 'AudienceId', ...refusals },
  },
  'GET /v1/schema': {
    id: 'getSchema',
    about: 'Target fields for the mapping screen, from what the rules read.',
    gives: {
      200: 'SchemaAnswer',
      401: 'Problem',
      403: 'Problem',
      405: 'Problem',
      429: 'Problem',
      503: 'Problem',
    },
  },
  'POST /oauth/token': {
    id: 'getToken',
    about: 'Issues access tokens (RFC 6749).',
    takes: 'TokenRequest',
    form: true,
    gives: { 200: 'TokenAnswer', 400: 'TokenProblem', 401: 'TokenProblem', 429: 'TokenProblem' },
  },
  'GET /health': { id: 'getHealth', about: 'Which parts answer.', gives: { 200: 'Health', 503: 'Health' } },
  'HEAD /health': {
    id: 'headHealth',
    about: 'Whether all parts answer.',
    gives: { 200: 'Health', 503: 'Health' },
  },
  'GET /openapi.json': { id: 'getOpenApi', about: 'This document.', gives: {} },
};
