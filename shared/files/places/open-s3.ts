import { S3Client } from '@aws-sdk/client-s3';
import type { Secrets } from '../../core/ports.js';
import type { S3Auth } from './auth.js';
import { secretOf } from './secret-of.js';

/** No limit for the whole answer: a file takes as long as it takes, and whoever waits for bytes says how long. */
const LIMITS = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
} as const;

/**
 * A client for a bucket: with the access key that `auth` names, else in the SDK's own way (the role of the function,
 * `AWS_*` in the environment).
 */
export async function s3ClientFor({ region, accessKey }: S3Auth, secrets: Secrets): Promise<S3Client> {
  const credentials = accessKey && {
    accessKeyId: await secretOf(secrets, accessKey.id),
    secretAccessKey: await secretOf(secrets, accessKey.secret),
  };
  return new S3Client({
    ...LIMITS,
    // A bucket of Adobe's customer may lie in another region than the function.
    followRegionRedirects: true,
    ...(region !== undefined && { region }),
    ...(credentials && { credentials }),
  });
}
