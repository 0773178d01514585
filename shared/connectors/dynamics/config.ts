import * as z from 'zod';
import type { Operation } from '../../core/remote.js';
import { SecretRef } from '../auth/secret.js';
import { refusedUrl } from '../wire/endpoint.js';

/** What these connections can do. */
export const DYNAMICS_OPERATIONS: readonly Operation[] = [
  'upsert',
  'update',
  'add',
  'remove',
  'send',
  'delete',
];

/** An address without a path, fit for credentials. */
const Origin = z
  .string()
  .superRefine((text, context) => {
    const message = refusedUrl(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  })
  .refine((text) => !URL.canParse(text) || new URL(text).origin === text.replace(/\/$/, ''), {
    error:
      'must be the bare address of the environment, e.g. "https://acme.crm4.dynamics.com", without a path',
  });

const Tenant = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/, 'must be the tenant: its id or its domain')
  // With these the platform cannot tell whose application it is.
  .refine((text) => !['common', 'organizations', 'consumers'].includes(text.toLowerCase()), {
    error: 'must be your own tenant (its id or domain): an application logs in to one tenant only',
  });

/** A name of a table's column or entity set, as the Web API spells it. */
const ApiName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name as the Web API spells it');

const Login = z.strictObject({ secret: SecretRef });

/** How the application proves itself. */
const DynamicsAuth = z.union(
  [
    z.strictObject({
      clientCredentials: Login.describe('Text of the secret: {"clientId":"…","clientSecret":"…"}'),
    }),
    z.strictObject({
      certificate: Login.describe(
        'Text of the secret: {"clientId":"…","privateKey":"…","certificate":"…"}, both PEM',
      ),
    }),
  ],
  { error: 'must be exactly one of clientCredentials and certificate, each with a secret' },
);

/** An environment of Dynamics 365 (Dataverse), spoken to through its Web API. */
export const DynamicsConfig = z.strictObject({
  type: z.literal('dynamics'),
  url: Origin.describe('Address of the environment, e.g. https://acme.crm4.dynamics.com'),
  apiVersion: z
    .string()
    .regex(/^v9\.\d$/, 'must look like "v9.2"')
    .default('v9.2')
    .describe('Web API version'),
  tenant: Tenant.describe('Microsoft Entra tenant of the application: its id or domain'),
  authority: Origin.default('https://login.microsoftonline.com').describe(
    'Where tokens come from; other clouds have their own, e.g. https://login.microsoftonline.us',
  ),
  auth: DynamicsAuth,
  batchSize: z.int().min(1).max(1000).default(10).describe('Most rows of one request, at most 1000'),
  upsertMultiple: z
    .record(ApiName, ApiName)
    .default({})
    .describe(
      'Tables whose upserts use UpsertMultiple (all rows or none), by entity set name: logical name, e.g. { contacts: contact }',
    ),
  onceKeys: z
    .record(ApiName, ApiName)
    .default({})
    .describe(
      'Text column with an alternate key that takes the idempotency key of a send, by entity set name, e.g. { tasks: aep_sendid }',
    ),
  bareKeys: z
    .array(ApiName)
    .default([])
    .describe('Key columns that are no text (ids, whole numbers): their values are not quoted'),
  timeoutMs: z.int().min(1).max(30_000).default(30_000).describe('Longest wait for one answer, milliseconds'),
});
export type DynamicsConfig = z.infer<typeof DynamicsConfig>;
