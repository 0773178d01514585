import * as z from 'zod';
import type { Operation } from '../../core/remote.js';
import { SecretRef } from '../auth/secret.js';
import { isLoopback } from '../wire/endpoint.js';

/** What these connections can do. */
export const SALESFORCE_OPERATIONS: readonly Operation[] = [
  'upsert',
  'update',
  'add',
  'remove',
  'send',
  'delete',
];

const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i;
const LOGIN_HOST = /^(?:login|test)\.salesforce\.com$/i;

const isLocalUrl = (text: string): boolean =>
  text.startsWith('http://') && URL.canParse(text) && isLoopback(new URL(text));

const Domain = z
  .string()
  .refine((text) => HOST.test(text) || isLocalUrl(text), {
    error:
      'must be the bare My Domain host, e.g. "acme.my.salesforce.com" (http:// is for this machine only)',
    abort: true,
  })
  // They answer 400 "request not supported on this domain" to the client credentials flow.
  .refine((text) => !LOGIN_HOST.test(text), {
    error:
      'must be the My Domain host: login.salesforce.com and test.salesforce.com refuse client credentials',
  });

const ApiVersion = z
  .string()
  .regex(/^v\d{2,3}\.0$/, { error: 'must look like "v66.0"', abort: true })
  .refine((text) => Number.parseInt(text.slice(1), 10) >= 46, {
    error: 'must be v46.0 or newer: older versions cannot upsert collections',
  });

/** The API name of an object or field. */
const API_NAME = /^[A-Za-z]\w{0,254}$/;

/** True for the API name of an object or field: such a text is safe in a path and in SOQL. */
export const isApiName = (text: string): boolean => API_NAME.test(text);

/** True for a record id, of 15 or 18 characters: such a text is safe in a query string and in SOQL. */
export const isRecordId = (text: string): boolean => /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/.test(text);

const FieldName = z.string().regex(API_NAME, 'must be the API name of a field, e.g. AEP_Member_Key__c');
const ObjectName = z
  .string()
  .regex(API_NAME, 'must be the API name of an object, e.g. Task')
  .refine((name) => !name.endsWith('__e'), 'a platform event is published, it has no external id');

const Audience = z
  .string()
  .refine((text) => URL.canParse(text) && (text.startsWith('https://') || isLocalUrl(text)), {
    error: 'must be a URL, e.g. https://login.salesforce.com (production) or https://test.salesforce.com',
  })
  .default('https://login.salesforce.com');

const Auth = z
  .strictObject({
    clientCredentials: z.strictObject({ secret: SecretRef }).optional(),
    jwt: z
      .strictObject({
        secret: SecretRef,
        audience: Audience.describe('Whom assertions are for; https://test.salesforce.com for a sandbox.'),
      })
      .optional(),
  })
  .refine(({ clientCredentials, jwt }) => (clientCredentials === undefined) !== (jwt === undefined), {
    error: 'must have exactly one of clientCredentials and jwt',
  });

const Bulk = z.strictObject({
  from: z
    .int()
    .min(201)
    .max(10_000)
    .describe('So many upserts of one object and external id field, or more, become one Bulk API 2.0 job.'),
  withinMs: z
    .int()
    .min(5_000)
    // Its files are read after that, and all of it must end within a lease.
    .max(50_000)
    .default(45_000)
    .describe('How long a job may take before it is given up, milliseconds.'),
});

/**
 * A Salesforce org. The text of the secret is JSON: `{"clientId":"…","clientSecret":"…"}` for client credentials,
 * `{"clientId":"…","username":"…","privateKey":"-----BEGIN PRIVATE KEY-----\n…"}` for JWT bearer.
 */
export const SalesforceConfig = z.strictObject({
  type: z.literal('salesforce'),
  domain: Domain.describe('My Domain host of the org, e.g. acme.my.salesforce.com'),
  apiVersion: ApiVersion.default('v66.0').describe('REST API version, v46.0 or newer'),
  auth: Auth.describe('How to log in: client credentials, or JWT bearer.'),
  timeoutMs: z.int().min(1).max(30_000).default(30_000).describe('Longest wait for one answer, milliseconds'),
  campaignMember: z
    .strictObject({ key: FieldName })
    .optional()
    .describe('An external id field of CampaignMember, of type Text(255), which then holds campaign|key.'),
  idempotencyKeys: z
    .record(ObjectName, FieldName)
    .optional()
    .describe('For "send": object → its external id field that takes the idempotency key; makes it once.'),
  saveDuplicates: z
    .boolean()
    .optional()
    .describe('Whether rows are saved although a duplicate rule of the org raises an alert.'),
  autoAssign: z
    .union([z.boolean(), z.string().refine(isRecordId, 'must be the id of an assignment rule')])
    .optional()
    .describe('Whether the active assignment rule gives leads and cases an owner, or the id of a rule.'),
  reserve: z
    .number()
    .min(0)
    .max(0.9)
    .optional()
    .describe("Share of the org's daily API requests that is left to others, e.g. 0.2."),
  bulk: Bulk.optional().describe('Bulk API 2.0 for very many upserts at once; without it, none.'),
});
export type SalesforceConfig = z.infer<typeof SalesforceConfig>;
