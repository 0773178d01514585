import type { AnswerCase } from '../answers-table.js';
import { CONTACT, csv, done, found, html, MEMBER, problem, refusal, said } from './answer-actions.js';
import {
  ABSENT,
  ADD,
  BUSY,
  CHANGED,
  DELETE,
  DONE,
  EVENT,
  MADE,
  MANY,
  many,
  ONCE,
  one,
  REMOVE,
  refused,
  row,
  STATUS,
  TASK,
  TIMEOUT,
  UNKNOWN,
  UPDATE,
  unsent,
  waiting,
  whole,
} from './answer-words.js';

const lookUps: readonly AnswerCase[] = [
  one('found, then 200', UPDATE, [found(CONTACT), said(200, [done()])], DONE),
  one('the query finds no record', UPDATE, [found()], ABSENT),
  one('the query finds two records', UPDATE, [found(CONTACT, { ...CONTACT, Id: '003000000000002AAA' })], {
    kind: 'rejected',
    code: 'key.ambiguous',
    field: 'AEP_Id__c',
  }),
  one(
    'found, then ENTITY_IS_DELETED',
    UPDATE,
    [found(CONTACT), said(200, [refusal('ENTITY_IS_DELETED')])],
    ABSENT,
  ),
  one('found, then no answer', UPDATE, [found(CONTACT), 'reset'], UNKNOWN),
  one('the query gets no answer', UPDATE, ['reset'], unsent(waiting('remote.unanswered'))),
  one('the query gets 503', UPDATE, [html(503)], unsent(waiting('remote.unavailable'))),
  one(
    'the query is refused: INVALID_FIELD',
    UPDATE,
    [
      said(200, {
        compositeResponse: [
          { httpStatusCode: 400, body: [{ errorCode: 'INVALID_FIELD', message: 'No such column' }] },
        ],
      }),
    ],
    whole('INVALID_FIELD'),
  ),
  one('found, then 200', DELETE, [found(CONTACT), said(200, [done()])], DONE),
  one('the query finds no record', DELETE, [found()], ABSENT),
  one(
    'found, then ENTITY_IS_DELETED',
    DELETE,
    [found(CONTACT), said(200, [refusal('ENTITY_IS_DELETED')])],
    ABSENT,
  ),
  one(
    'found, then DELETE_FAILED',
    DELETE,
    [found(CONTACT), said(200, [refusal('DELETE_FAILED')])],
    refused('DELETE_FAILED'),
  ),
];

const ALREADY = said(200, [refusal('DUPLICATE_VALUE', 'Already a campaign member.')]);

const campaigns: readonly AnswerCase[] = [
  one('no member yet, then 200', ADD, [found(), said(200, [done()])], DONE),
  one('a member already, nothing to write', ADD, [found(MEMBER)], CHANGED),
  one('a member already, the status is written: 200', STATUS, [found(MEMBER), said(200, [done()])], DONE),
  one('no member yet, then "Already a campaign member", nothing to write', ADD, [found(), ALREADY], CHANGED),
  one('no member yet, then "Already a campaign member", a status to write', STATUS, [found(), ALREADY], BUSY),
  one(
    'the person is not in the org: INVALID_FIELD, "Foreign key external ID: … not found"',
    ADD,
    [
      found(),
      said(200, [
        refusal(
          'INVALID_FIELD',
          'Foreign key external ID: p1 not found for field AEP_Id__c in entity Contact',
        ),
      ]),
    ],
    ABSENT,
  ),
  one('the query gets no answer', ADD, ['reset'], unsent(waiting('remote.unanswered'))),
  one('no member yet, then no answer', ADD, [found(), 'reset'], UNKNOWN),
  one('a member, then 200', REMOVE, [found(MEMBER), said(200, [done()])], DONE),
  one('no member', REMOVE, [found()], ABSENT),
  one(
    'a member, then ENTITY_IS_DELETED',
    REMOVE,
    [found(MEMBER), said(200, [refusal('ENTITY_IS_DELETED')])],
    ABSENT,
  ),
];

const ENQUEUED = {
  statusCode: 'OPERATION_ENQUEUED',
  message: '232fd30e-0a71-42bd-a97b-be0e329b2ded',
  fields: [],
};

const sends: readonly AnswerCase[] = [
  one('200, a task', TASK, [said(200, [done()])], DONE),
  one('no answer, a task without idempotency key', TASK, ['reset'], UNKNOWN),
  one('200, upserted by the idempotency key', ONCE, [said(200, [done(false)])], CHANGED),
  one('200, an event, OPERATION_ENQUEUED', EVENT, [said(200, [done(undefined, [ENQUEUED])])], DONE),
  one('200, an event, LIMIT_EXCEEDED', EVENT, [said(200, [refusal('LIMIT_EXCEEDED')])], row('remote.quota')),
  one(
    '200, an event, PLATFORM_EVENT_PUBLISHING_UNAVAILABLE',
    EVENT,
    [said(200, [refusal('PLATFORM_EVENT_PUBLISHING_UNAVAILABLE')])],
    row('remote.unavailable'),
  ),
];

const job = (state: string, errorMessage?: string) =>
  said(200, { id: '7500000000001AAAAA', state, ...(errorMessage !== undefined && { errorMessage }) });
const OPENED = [job('Open'), { status: 201, headers: {}, body: '' }, job('UploadComplete')];
const HEAD = '"sf__Id","sf__Created","AEP_Id__c","LastName"\n';
const FAILED = '"sf__Id","sf__Error","AEP_Id__c","LastName"\n';
const LEFT = '"AEP_Id__c","LastName"\n';
const lines = (start: string): string =>
  MANY.map(({ key }) => `${start}"${key['AEP_Id__c']}","Lovelace"\n`).join('');

const jobs: readonly AnswerCase[] = [
  many(
    'JobComplete, all rows successful',
    [...OPENED, job('JobComplete'), csv(`${HEAD}${lines('"003000000000001AAA","true",')}`), csv(''), csv('')],
    MADE,
  ),
  many(
    'JobComplete, all rows failed with UNABLE_TO_LOCK_ROW',
    [
      ...OPENED,
      job('JobComplete'),
      csv(''),
      csv(`${FAILED}${lines('"","UNABLE_TO_LOCK_ROW:unable to obtain exclusive access:--",')}`),
      csv(''),
    ],
    BUSY,
  ),
  many('JobComplete, and no file names the rows', [...OPENED, job('JobComplete'), csv('')], UNKNOWN),
  many(
    'JobComplete, and the result files are an HTML page',
    [...OPENED, job('JobComplete'), html(503)],
    UNKNOWN,
  ),
  many(
    'Failed, "InvalidBatch : Field name not found"',
    [
      ...OPENED,
      job('Failed', 'InvalidBatch : Field name not found : Nope__c'),
      csv(''),
      csv(''),
      csv(`${LEFT}${lines('')}`),
    ],
    refused('InvalidBatch'),
  ),
  many(
    'Failed, TooManyLockFailure',
    [
      ...OPENED,
      job('Failed', 'TooManyLockFailure : Too many lock failure'),
      csv(''),
      csv(''),
      csv(`${LEFT}${lines('')}`),
    ],
    BUSY,
  ),
  many('still InProgress when the time is over; given up', [...OPENED, job('InProgress')], TIMEOUT),
  many('the request that makes the job gets no answer', ['reset'], unsent(waiting('remote.unanswered'))),
  many('the request that makes the job is refused', [problem(400, 'INVALIDJOB')], refused('INVALIDJOB')),
  many('the upload gets no answer; given up', [job('Open'), 'reset'], unsent(waiting('remote.unanswered'))),
];

/** What an org is documented to answer where an operation takes several requests, or makes something happen. */
export const stepAnswers = [...lookUps, ...campaigns, ...sends, ...jobs];
