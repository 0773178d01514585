import type { Said } from '../../contracts/connector-subject.js';
import type { AnswerCase } from '../answers-table.js';
import { DONE, one, page, ROW, refused, resting, two, UNAUTHORIZED, UNKNOWN, whole } from './answer-words.js';

const aws = (status: number, value: unknown): Said => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(value),
});
const awsError = (status: number, name: string): Said => aws(status, { __type: name, message: 'no' });

const record = { SequenceNumber: '495', ShardId: 'shardId-000000000000' };
const put = (...Records: readonly unknown[]): Said => aws(200, { FailedRecordCount: 0, Records });

/** What Kinesis answers to PutRecords. */
export const kinesis: readonly AnswerCase[] = [
  two('200, a sequence number for each', put(record, record), DONE, DONE),
  two(
    '200, one record with ProvisionedThroughputExceededException',
    put(record, { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'slow down' }),
    DONE,
    resting('remote.throttled'),
  ),
  two('200, one record with InternalFailure', put({ ErrorCode: 'InternalFailure' }, record), ROW, DONE),
  one(
    '400 ProvisionedThroughputExceededException',
    awsError(400, 'ProvisionedThroughputExceededException'),
    resting('remote.throttled'),
  ),
  one(
    '400 ResourceNotFoundException',
    awsError(400, 'ResourceNotFoundException'),
    resting('remote.unavailable'),
  ),
  one('400 KMSAccessDeniedException', awsError(400, 'KMSAccessDeniedException'), UNAUTHORIZED),
  one('400 KMSDisabledException', awsError(400, 'KMSDisabledException'), resting('remote.unavailable')),
  one('400 AccessDeniedException', awsError(400, 'AccessDeniedException'), UNAUTHORIZED),
  one('400 UnrecognizedClientException', awsError(400, 'UnrecognizedClientException'), UNAUTHORIZED),
  one('400 ValidationException', awsError(400, 'ValidationException'), whole('ValidationException')),
  one('500 InternalFailure', awsError(500, 'InternalFailure'), resting('remote.unavailable')),
  one('200, an HTML page', page(200), UNKNOWN),
];

const event = { EventId: '11710aed-b79e-4468-a20b-bb3c0c3b4860' };
const failed = (ErrorCode: string) => ({ ErrorCode, ErrorMessage: 'no' });
const events = (...Entries: readonly unknown[]): Said => aws(200, { FailedEntryCount: 0, Entries });

/** What EventBridge answers to PutEvents. */
export const eventBridge: readonly AnswerCase[] = [
  two('200, an event id for each', events(event, event), DONE, DONE),
  two(
    '200, one entry with ThrottlingException',
    events(failed('ThrottlingException'), event),
    resting('remote.throttled'),
    DONE,
  ),
  two('200, one entry with InternalFailure', events(event, failed('InternalFailure')), DONE, ROW),
  two(
    '200, one entry with MalformedDetail',
    events(failed('MalformedDetail'), event),
    refused('MalformedDetail'),
    DONE,
  ),
  two(
    '200, one entry with InvalidArgument',
    events(failed('InvalidArgument'), event),
    refused('InvalidArgument'),
    DONE,
  ),
  two(
    '200, one entry with NotAuthorizedForSourceException',
    events(failed('NotAuthorizedForSourceException'), event),
    UNAUTHORIZED,
    DONE,
  ),
  two('200 with one entry for two messages', events(event), UNKNOWN, UNKNOWN),
  two('200, an entry with neither id nor error', events({}, event), UNKNOWN, DONE),
  one('400 ThrottlingException', awsError(400, 'ThrottlingException'), resting('remote.throttled')),
  one('400 AccessDeniedException', awsError(400, 'AccessDeniedException'), UNAUTHORIZED),
  one('400 ExpiredTokenException', awsError(400, 'ExpiredTokenException'), UNAUTHORIZED),
  one(
    '400 ResourceNotFoundException',
    awsError(400, 'ResourceNotFoundException'),
    resting('remote.unavailable'),
  ),
  one(
    '400 ValidationException: the entries are too large',
    awsError(400, 'ValidationException'),
    whole('ValidationException'),
  ),
  one('413, an HTML page', page(413), whole('HTTP_413')),
  one('500 InternalException', awsError(500, 'InternalException'), resting('remote.unavailable')),
  one('200 without a body', { ...aws(200, {}), body: '' }, UNKNOWN),
  one('200, an HTML page', page(200), UNKNOWN),
];

const NS = 'xmlns="http://sns.amazonaws.com/doc/2010-03-31/"';
const xml = (status: number, body: string): Said => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body,
});
const taken = (id: number): string => `<member><Id>${id}</Id><MessageId>m-${id}</MessageId></member>`;
const not = (id: number, code: string, sender: boolean): string =>
  `<member><Id>${id}</Id><Code>${code}</Code><Message>no</Message><SenderFault>${sender}</SenderFault></member>`;
const published = (successful: string, failure = ''): Said =>
  xml(
    200,
    `<PublishBatchResponse ${NS}><PublishBatchResult><Successful>${successful}</Successful><Failed>${failure}</Failed></PublishBatchResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishBatchResponse>`,
  );
const snsError = (status: number, code: string): Said =>
  xml(
    status,
    `<ErrorResponse ${NS}><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
  );

/** What SNS answers to PublishBatch. */
export const sns: readonly AnswerCase[] = [
  two('200, both in `Successful`', published(taken(1) + taken(0)), DONE, DONE),
  two(
    "200, one in `Failed`, the sender's fault",
    published(taken(1), not(0, 'InvalidParameter', true)),
    refused('InvalidParameter'),
    DONE,
  ),
  two(
    "200, one in `Failed`, not the sender's fault",
    published(taken(1), not(0, 'InternalError', false)),
    ROW,
    DONE,
  ),
  two(
    '200, one in `Failed` with Throttled',
    published(taken(0), not(1, 'Throttled', true)),
    DONE,
    resting('remote.throttled'),
  ),
  two(
    '200, one in `Failed` with KMSAccessDenied',
    published(taken(0), not(1, 'KMSAccessDenied', true)),
    DONE,
    UNAUTHORIZED,
  ),
  two('200 that mentions one of two', published(taken(0)), DONE, UNKNOWN),
  two(
    '200, one both in `Successful` and in `Failed`',
    published(taken(0) + taken(1), not(1, 'X', true)),
    DONE,
    UNKNOWN,
  ),
  one('400 Throttling', snsError(400, 'Throttling'), resting('remote.throttled')),
  one('403 AuthorizationError', snsError(403, 'AuthorizationError'), UNAUTHORIZED),
  one('403 InvalidClientTokenId', snsError(403, 'InvalidClientTokenId'), UNAUTHORIZED),
  one('404 NotFound', snsError(404, 'NotFound'), resting('remote.unavailable')),
  one('400 BatchRequestTooLong', snsError(400, 'BatchRequestTooLong'), whole('BatchRequestTooLongException')),
  one('400 InvalidParameter', snsError(400, 'InvalidParameter'), whole('InvalidParameterException')),
  one('500 InternalError', snsError(500, 'InternalError'), resting('remote.unavailable')),
];
