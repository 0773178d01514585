import * as z from 'zod';
import { SecretRef } from '../../connectors/auth/secret.js';
import { isPrivateHost, refusedUrl } from '../../connectors/wire/endpoint.js';
import type { PlaceAddress } from './address.js';

/** An address that is spoken to with credentials. */
const Endpoint = z
  .string()
  .superRefine((text, context) => {
    const why = refusedUrl(text) ?? (isPrivateHost(text) ? 'is an address of a private network' : undefined);
    if (why !== undefined) context.addIssue({ code: 'custom', message: why });
  })
  .transform((text) => text.replace(/\/+$/, ''));

const S3Auth = z.strictObject({
  region: z.string().min(1).optional().describe('Region of the bucket; that of the deployment unless given.'),
  accessKey: z
    .strictObject({ id: SecretRef, secret: SecretRef })
    .optional()
    .describe('An access key; the role of the function unless given.'),
});
/** How a bucket of S3 is signed in to. */
export type S3Auth = z.infer<typeof S3Auth>;

const BlobAuth = z
  .strictObject({
    connection: SecretRef.optional().describe('A connection string of the storage account.'),
    sas: SecretRef.optional().describe('A URL of the container with its shared access signature.'),
    account: Endpoint.optional().describe(
      'URL of the account, https://ACCOUNT.blob.core.windows.net, signed in to with the identity of the function.',
    ),
    identity: z.string().min(1).optional().describe('Client id of a user-assigned identity, with "account".'),
  })
  .refine(({ connection, sas, account }) => [connection, sas, account].filter(Boolean).length <= 1, {
    error: 'must be one of connection, sas and account',
  })
  .refine(({ account, identity }) => identity === undefined || account !== undefined, {
    error: 'identity goes with account',
    path: ['identity'],
  });
/** How a container of Blob or ADLS Gen2 is signed in to. */
export type BlobAuth = z.infer<typeof BlobAuth>;

const DlzAuth = z.strictObject({
  clientId: SecretRef.describe('API key of the project in Adobe Developer Console (OAuth server-to-server).'),
  clientSecret: SecretRef,
  organization: z.string().min(1).describe('IMS organization, ID@AdobeOrg.'),
  sandbox: z.string().min(1).default('prod'),
  scopes: z
    .string()
    .min(1)
    .default('openid,AdobeID,read_organizations,additional_info.projectedProductContext,session'),
  renewDays: z.number().min(0).max(60).default(7).describe('Renew the access that long before it ends.'),
  warnDays: z
    .number()
    .min(0)
    .max(7)
    .default(2)
    .describe('Tell of files without a report that long before Adobe deletes them.'),
  platform: Endpoint.default('https://platform.adobe.io'),
  ims: Endpoint.default('https://ims-na1.adobelogin.com'),
});
/** How Adobe is asked for access to a Data Landing Zone. */
export type DlzAuth = z.infer<typeof DlzAuth>;

const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}=?$/;
const HostKey = z
  .string()
  .regex(FINGERPRINT, 'must be a SHA256 fingerprint as ssh-keygen -l shows it: SHA256:…');

const SftpAuth = z
  .strictObject({
    password: SecretRef.optional(),
    privateKey: SecretRef.optional().describe('A private key as text (OpenSSH or PEM).'),
    passphrase: SecretRef.optional().describe('Of the private key.'),
    hostKey: z
      .union([HostKey, z.array(HostKey).min(1)])
      .optional()
      .describe('Fingerprint of the host key, or several while it is changed.'),
    allowPrivate: z.boolean().default(false).describe('The host may be one of a private network.'),
  })
  .refine(({ password, privateKey }) => password !== undefined || privateKey !== undefined, {
    error: 'needs a password or a privateKey',
  })
  .refine(({ privateKey, passphrase }) => passphrase === undefined || privateKey !== undefined, {
    error: 'passphrase goes with privateKey',
    path: ['passphrase'],
  });
/** How an SFTP server is signed in to. */
export type SftpAuth = z.infer<typeof SftpAuth>;

const GcsAuth = z.strictObject({
  serviceAccount: SecretRef.describe('The key of a service account, the JSON file as text.'),
  endpoint: Endpoint.default('https://storage.googleapis.com'),
});
/** How Google Cloud Storage is signed in to. */
export type GcsAuth = z.infer<typeof GcsAuth>;

/** What `auth:` may hold, by the kind of place. */
export const PLACE_AUTHS = {
  s3: S3Auth,
  blob: BlobAuth,
  dlz: DlzAuth,
  sftp: SftpAuth,
  gcs: GcsAuth,
  file: z.strictObject({}),
  memory: z.strictObject({}),
} as const satisfies Record<PlaceAddress['kind'], z.ZodType>;
