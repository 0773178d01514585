import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type SqsS3Emulator, startSqsS3 } from '../../../local/emulators/sqs-s3.js';
import { placeOf } from '../../../shared/files/places/place.js';
import { s3Origin } from '../../../shared/files/places/s3.js';
import type { PlaceGround, PlaceStage } from '../../contracts/file-place-subject.js';
import { fakeClock, silent } from '../../support/fakes.js';

const SECRET = 'a-secret-of-s3';
/** The emulator takes no more than 11 MiB in one request. */
const PART = 8 * 1024 * 1024;

const client = (endpoint: string): S3Client =>
  new S3Client({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: SECRET },
    maxAttempts: 1,
  });

async function write(s3: S3Client, Bucket: string, Key: string, bytes: Uint8Array): Promise<void> {
  if (bytes.length <= PART) {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: bytes }));
    return;
  }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const Parts: { ETag?: string; PartNumber: number }[] = [];
  for (let at = 0; at < bytes.length; at += PART) {
    const PartNumber = Parts.length + 1;
    const Body = bytes.subarray(at, at + PART);
    const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
    Parts.push({ PartNumber, ...(ETag !== undefined && { ETag }) });
  }
  await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
}

async function stageOn(aws: SqsS3Emulator, Bucket: string): Promise<PlaceStage> {
  await aws.createBucket(Bucket);
  const s3 = aws.s3();
  const prefix = 'of/mine/';
  return {
    prefix,
    async open({ clock = fakeClock(Date.now()), log = silent, port, limits, missing, pageSize } = {}) {
      const endpoint = port === undefined ? aws.endpoint : `http://127.0.0.1:${port}`;
      const bucket = missing ? 'nowhere' : Bucket;
      const origin = s3Origin({ client: client(endpoint), bucket, prefix, pageSize });
      const from = `s3://${bucket}/${prefix}`;
      return placeOf(origin, { from, prefix, clock, log, random: () => 0.5, ...(limits && { limits }) });
    },
    write: (name, bytes) => write(s3, Bucket, name, bytes),
    async remove(Key) {
      await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    },
  };
}

/** A bucket of its own for each test, on one emulator. */
export function s3Ground() {
  let aws: SqsS3Emulator | undefined;
  return {
    secrets: [SECRET],
    port: () => Number(new URL(aws?.endpoint ?? '').port),
    async start(): Promise<PlaceGround> {
      aws = await startSqsS3();
      const emulator = aws;
      let count = 0;
      return { stage: () => stageOn(emulator, `stage-${++count}`), close: () => emulator.close() };
    },
  };
}
