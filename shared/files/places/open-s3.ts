import { S3Client } from '@aws-sdk/client-s3';
import { Fault } from '../../core/fault.js';
import type { Secrets } from '../../core/ports.js';
import type { S3Auth } from './auth.js';
import type { LandingAccess } from './landing-access.js';
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

/** A client for Adobe's bucket, which asks for other keys before those it has end. */
export const landingClient = (access: LandingAccess): S3Client =>
  new S3Client({
    ...LIMITS,
    // Adobe does not tell the region; S3 does, when the wrong one is asked.
    region: 'us-east-1',
    followRegionRedirects: true,
    async credentials() {
      const landing = await access.current();
      if (landing.kind !== 'aws')
        throw new Fault('file.unavailable', 'the landing zone has moved to another cloud');
      return { ...landing.keys, expiration: new Date(landing.ends) };
    },
  });
