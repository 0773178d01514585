import * as z from 'zod';
import { SecretRef } from '../../connectors/auth/secret.js';

/** What may follow a bucket or a host: a path without tricks. */
const PATH = '(?:/[^\\s?#]*)?';

/** How each kind of place is written. No part can be read in two ways, so that a long text is seen through in one pass. */
const FORMS = {
  s3: { pattern: new RegExp(`^s3://[a-z0-9][a-z0-9.-]{1,62}${PATH}$`), example: 's3://BUCKET/folder/' },
  blob: {
    pattern: new RegExp(`^blob://[a-z0-9$][a-z0-9-]{2,62}${PATH}$`),
    example: 'blob://CONTAINER/folder/',
  },
  dlz: {
    pattern: new RegExp(`^dlz://[a-z0-9$][a-z0-9-]{2,62}${PATH}$`),
    example: 'dlz://CONTAINER/folder/',
  },
  sftp: {
    pattern: new RegExp(`^sftp://[^\\s/@:?#]{1,64}@[A-Za-z0-9.\\[\\]:_-]{1,255}${PATH}$`),
    example: 'sftp://user@host.example.com:22/folder',
  },
  gcs: { pattern: new RegExp(`^gcs://[a-z0-9][a-z0-9._-]{1,221}${PATH}$`), example: 'gcs://BUCKET/folder/' },
} as const;

/** The kinds of places that files come from. */
export type PlaceKind = keyof typeof FORMS;

/** Places whose own way of saying who we are (a role, a managed identity) does without any `auth`. */
const AUTH_OF: Readonly<Record<PlaceKind, readonly (keyof PlaceAuth)[]>> = {
  s3: ['region'],
  blob: ['account', 'connection'],
  dlz: ['account', 'sas', 'clientId', 'clientSecret', 'organization', 'sandbox'],
  sftp: ['password', 'privateKey', 'passphrase', 'hostKey'],
  gcs: ['credentials'],
};

const isKind = (text: string): text is PlaceKind => Object.hasOwn(FORMS, text);

/** The kind of a place that {@link From} has taken; undefined while a setting stands in its place. */
export function kindOf(from: string): PlaceKind | undefined {
  const kind = from.slice(0, from.indexOf('://'));
  return isKind(kind) ? kind : undefined;
}

/** Whether a text still waits for a setting of the deployment. */
const isOpen = (text: string): boolean => text.includes('${');

const hasTricks = (from: string): boolean => from.split('/').some((step) => step === '..' || step === '.');

const examples = Object.values(FORMS)
  .map(({ example }) => example)
  .join(', ');

/** Where files lie, as {@link PlaceKind} writes it. A password has no place in it. */
export const From = z
  .string()
  .refine((from) => isOpen(from) || kindOf(from) !== undefined, {
    error: `must be one of ${examples}`,
    abort: true,
  })
  .refine((from) => isOpen(from) || !/^sftp:\/\/[^/@]*:[^/]*@/.test(from), {
    error: 'must not hold the password; write auth: { password: "secret:NAME" }',
    abort: true,
  })
  .superRefine((from, context) => {
    const kind = kindOf(from);
    if (isOpen(from) || kind === undefined) return;
    const { pattern, example } = FORMS[kind];
    if (!pattern.test(from) || hasTricks(from))
      context.addIssue({ code: 'custom', message: `must have the form ${example}` });
  })
  .describe('Where the files are: s3://, blob:// (Blob and ADLS Gen2), dlz://, sftp:// or gcs://.');

const Text = z.string().min(1).max(1_000);

/** How we say who we are, where the deployment's own role does not say it. */
export const PlaceAuth = z.strictObject({
  region: Text.optional().describe('s3: the region of the bucket, when it is not that of the deployment.'),
  account: Text.optional().describe('blob, dlz: the storage account, when no connection string names it.'),
  connection: SecretRef.optional().describe('blob: a connection string.'),
  sas: SecretRef.optional().describe('dlz: the SAS URI that Adobe shows; it must be renewed by hand.'),
  clientId: Text.optional().describe('dlz: of the Adobe project that may fetch a new SAS.'),
  clientSecret: SecretRef.optional().describe('dlz: of the same project.'),
  organization: Text.optional().describe('dlz: the IMS organization, …@AdobeOrg.'),
  sandbox: Text.optional().describe('dlz: the sandbox; prod when absent.'),
  password: SecretRef.optional().describe('sftp: the password.'),
  privateKey: SecretRef.optional().describe('sftp: the private key, OpenSSH or PEM.'),
  passphrase: SecretRef.optional().describe('sftp: the passphrase of the private key.'),
  hostKey: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, 'must be a fingerprint such as ssh-keygen -l prints: SHA256:…')
    .optional()
    .describe('sftp: the fingerprint of the key of the server; no other server is talked to.'),
  credentials: SecretRef.optional().describe('gcs: the JSON key of a service account.'),
});
export type PlaceAuth = z.infer<typeof PlaceAuth>;

/** What is wrong with the `auth` of a place: which member, and why. */
export interface AuthMisfit {
  readonly member: keyof PlaceAuth | undefined;
  readonly message: string;
}

function missingOf(kind: PlaceKind, auth: PlaceAuth): AuthMisfit | undefined {
  if (kind === 'sftp') {
    if (auth.hostKey === undefined)
      return {
        member: undefined,
        message: 'must have a hostKey: without it any server could take the files; ssh-keygen -l prints it',
      };
    if (auth.password === undefined && auth.privateKey === undefined)
      return { member: undefined, message: 'must have a password or a privateKey' };
  }
  if (
    kind === 'dlz' &&
    auth.sas === undefined &&
    (auth.clientId === undefined || !auth.clientSecret || !auth.organization)
  )
    return { member: undefined, message: 'must have clientId, clientSecret and organization, or a sas' };
  if (kind === 'gcs' && auth.credentials === undefined)
    return { member: undefined, message: 'must have credentials' };
  return undefined;
}

/** What does not go together in a place and its `auth`; nothing while a setting stands in the place's stead. */
export function misfitsOf(from: string, auth: PlaceAuth = {}): readonly AuthMisfit[] {
  const kind = kindOf(from);
  if (kind === undefined) return [];
  const own = AUTH_OF[kind];
  // Members of the schema above, whose names are its keys.
  const alien = (Object.keys(auth) as (keyof PlaceAuth)[]).filter((member) => !own.includes(member));
  const missing = missingOf(kind, auth);
  return [
    ...alien.map((member) => ({
      member,
      message: `is nothing a place of ${kind}:// knows; it takes ${own.join(', ')}`,
    })),
    ...(missing ? [missing] : []),
  ];
}
