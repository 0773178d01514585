import type { Said } from '../../contracts/connector-subject.js';
import type { AnswerCase } from '../answers-table.js';
import {
  DONE,
  empty,
  ONE,
  one,
  page,
  refused,
  resting,
  two,
  UNAUTHORIZED,
  UNKNOWN,
  whole,
} from './answer-words.js';

const azure = (status: number, code: string, message: string): Said => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error: { code, message } }),
});
const bus = (status: number, detail: string): Said => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<Error><Code>${status}</Code><Detail>${detail}</Detail></Error>`,
});

const plainHttp: readonly AnswerCase[] = [
  one('408', empty(408), resting('remote.timeout')),
  one('429 with `Retry-After: 7`', empty(429, { 'retry-after': '7' }), resting('remote.throttled', 7000)),
  one('500', empty(500), resting('remote.unavailable')),
  two('400, one message is malformed', azure(400, 'BadRequest', 'no'), whole('HTTP_400'), whole('HTTP_400')),
  two('413, too large', azure(413, 'PayloadTooLarge', 'no'), whole('HTTP_413'), whole('HTTP_413')),
  one('404, no such target', empty(404), refused('HTTP_404')),
  one('an unknown 4xx', page(418), refused('HTTP_418')),
  one('a redirect', empty(302, { location: 'http://127.0.0.1:1/' }), refused('HTTP_REDIRECT')),
];

/** What Service Bus answers to a batch. */
export const serviceBus: readonly AnswerCase[] = [
  two('201', empty(201), DONE, DONE),
  one('200, which is not documented', empty(200), UNKNOWN),
  { answer: '401, then 201', actions: ONE, played: [empty(401), empty(201)], becomes: [DONE] },
  one('401 twice', bus(401, 'InvalidSignature'), UNAUTHORIZED),
  one('403, the quota is exceeded', bus(403, 'Quota exceeded'), resting('remote.quota', 60_000)),
  two(
    '403, the message is too large',
    { ...bus(403, ''), headers: {}, body: 'The size of the message exceeds the limit' },
    whole('HTTP_403'),
    whole('HTTP_403'),
  ),
  one('410, no such queue or topic', empty(410), refused('HTTP_410')),
  ...plainHttp,
];

/** What Event Grid answers to a batch. */
export const eventGrid: readonly AnswerCase[] = [
  two('200', empty(200), DONE, DONE),
  one('202, which is not documented', empty(202), UNKNOWN),
  { answer: '401, then 200', actions: ONE, played: [empty(401), empty(200)], becomes: [DONE] },
  one('401 twice', azure(401, 'Unauthorized', 'no'), UNAUTHORIZED),
  one('403, the network rules of the topic', azure(403, 'Forbidden', 'no'), UNAUTHORIZED),
  ...plainHttp,
];
