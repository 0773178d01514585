import { keptContract } from '../contracts/kept.js';
import { sqsS3Ground } from './sqs-s3-ground.js';

keptContract({
  name: 'SQS and S3 (fauxqs)',
  remote: { maxBytes: 196_608, maxDelaySeconds: 900 },
  start: sqsS3Ground,
});
