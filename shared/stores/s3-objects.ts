import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { AWS_LIMITS, type AwsService, diagnoseAws } from './aws-trouble.js';
import type { ObjectStore } from './objects.js';
import { type RetryDeps, retrying } from './retry.js';

/** Which bucket, and who asks it. */
export interface S3ObjectsOptions extends RetryDeps {
  readonly client: S3Client;
  readonly bucket: string;
  /** Begins every name, with its slash; may be empty. */
  readonly prefix: string;
  /** Names in one page of a listing; as many as S3 gives unless set. */
  readonly pageSize?: number;
}

const ADVICE = {
  NoSuchBucket: 'create the bucket, or correct TRIBUTARY_DEAD_LETTERS (docs/parking.md)',
  AccessDenied: 'allow s3:GetObject, PutObject, DeleteObject and ListBucket on the bucket (docs/parking.md)',
};

/** A client made from the environment in the SDK's own way, except that the retrying is ours. */
export const s3Client = (): S3Client => new S3Client(AWS_LIMITS);

const isMissing = (error: unknown): boolean => error instanceof Error && error.name === 'NoSuchKey';

/** Objects in a bucket of S3. */
export function s3Objects({ client, bucket, prefix, pageSize, ...deps }: S3ObjectsOptions): ObjectStore {
  const place = `s3:${bucket}/${prefix}`.replace(/\/$/, '');
  const service: AwsService = { what: `the S3 bucket ${bucket}`, advice: ADVICE };
  const attempt = <T>(request: () => Promise<T>): Promise<T> =>
    retrying(deps, (error) => diagnoseAws(error, service), undefined)(request);
  const at = (name: string) => ({ Bucket: bucket, Key: prefix + name });

  return {
    place,
    async put(name, bytes) {
      await attempt(() => client.send(new PutObjectCommand({ ...at(name), Body: bytes })));
    },
    get: (name) =>
      attempt(async () => {
        try {
          const { Body } = await client.send(new GetObjectCommand(at(name)));
          return await Body?.transformToByteArray();
        } catch (error) {
          if (isMissing(error)) return undefined;
          throw error;
        }
      }),
    async remove(name) {
      await attempt(() => client.send(new DeleteObjectCommand(at(name))));
    },
    async *list(start) {
      let token: string | undefined;
      do {
        const command = new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix + start,
          ContinuationToken: token,
          MaxKeys: pageSize,
        });
        const page = await attempt(() => client.send(command));
        for (const { Key = '', LastModified } of page.Contents ?? [])
          yield { name: Key.slice(prefix.length), at: LastModified?.getTime() ?? 0 };
        token = page.NextContinuationToken;
      } while (token !== undefined);
    },
  };
}
