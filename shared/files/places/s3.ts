import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type AwsService, diagnoseAws } from '../../stores/aws-trouble.js';
import type { FileEntry } from '../ports.js';
import { changed, replaced } from './names.js';
import type { Origin } from './origin.js';
import { piecesOf } from './pieces-of.js';
import { Cut } from './tries.js';

/** Which bucket, and who asks it. */
export interface S3Options {
  readonly client: S3Client;
  readonly bucket: string;
  readonly prefix: string;
  /** Names in one page of a listing; as many as S3 gives unless set. */
  readonly pageSize?: number | undefined;
}

const ADVICE = {
  NoSuchBucket: 'create the bucket, or correct its name in "from"',
  AccessDenied:
    'allow s3:ListBucket on the bucket, s3:GetObject and s3:PutObject below the prefix (docs/files-places.md)',
  // A HEAD has no body, so S3 cannot say more than this.
  Forbidden: 'allow s3:ListBucket on the bucket and s3:GetObject below the prefix (docs/files-places.md)',
  '403': 'allow s3:ListBucket on the bucket and s3:GetObject below the prefix (docs/files-places.md)',
};

const named = (error: unknown, ...names: readonly string[]): boolean =>
  error instanceof Error && names.includes(error.name);

interface Described {
  readonly ContentLength?: number | undefined;
  readonly Size?: number | undefined;
  readonly LastModified?: Date | undefined;
  readonly ETag?: string | undefined;
}

const entryOf = (name: string, { ContentLength, Size, LastModified, ETag }: Described): FileEntry => ({
  name,
  size: Size ?? ContentLength ?? 0,
  // A HEAD tells whole seconds.
  at: Math.floor((LastModified?.getTime() ?? 0) / 1000) * 1000,
  version: ETag ?? '',
});

/** Objects of a bucket. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (If-Match, Range) */
export function s3Origin({ client, bucket, prefix, pageSize }: S3Options): Origin {
  const service: AwsService = { what: `the S3 bucket ${bucket}`, advice: ADVICE };
  return {
    what: service.what,
    async page(token, abortSignal) {
      const command = new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ContinuationToken: token,
        MaxKeys: pageSize,
      });
      const page = await client.send(command, { abortSignal });
      const next = page.NextContinuationToken;
      const found = (page.Contents ?? []).map((object) => entryOf(object.Key ?? '', object));
      // Consoles show a folder by an object without bytes whose name ends in a slash.
      const entries = found.filter(({ name }) => !name.endsWith('/'));
      return { entries, ...(next !== undefined && next !== '' && { next }) };
    },
    async stat(Key, abortSignal) {
      try {
        return entryOf(
          Key,
          await client.send(new HeadObjectCommand({ Bucket: bucket, Key }), { abortSignal }),
        );
      } catch (error) {
        if (named(error, 'NotFound', 'NoSuchKey')) return undefined;
        throw error;
      }
    },
    async open({ name, version }, from, to, abortSignal) {
      const ask = { Bucket: bucket, Key: name, IfMatch: version, Range: `bytes=${from}-${to - 1}` };
      const answer = await client.send(new GetObjectCommand(ask), { abortSignal }).catch((error: unknown) => {
        if (named(error, 'NoSuchKey', 'NotFound')) throw changed(name, 'is gone');
        if (named(error, 'PreconditionFailed', 'InvalidRange', '412')) throw replaced(name);
        throw error;
      });
      const { Body: body, ETag: etag, ContentRange: range = '' } = answer;
      if (!(body instanceof Readable)) throw new Cut(`${name} came without bytes`);
      const pieces = piecesOf(body, abortSignal);
      const wrong = etag !== version ? replaced(name) : new Cut(`${name} did not begin at byte ${from}`);
      if (etag === version && range.startsWith(`bytes ${from}-`)) return pieces;
      body.destroy();
      throw wrong;
    },
    async put(Key, bytes, abortSignal) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: bytes }), { abortSignal });
    },
    diagnose(error) {
      const trouble = diagnoseAws(error, service);
      return trouble && { text: trouble.fault.message, passing: trouble.kind === 'moment' };
    },
    async close() {
      client.destroy();
    },
  };
}
