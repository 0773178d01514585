import { expect } from 'vitest';
import type { Misbehaviour } from '../../../local/demo-crm/misbehaviour.js';
import type { Scenario } from '../conformance.js';
import { contact, each, mail, outcome, people, together } from '../people.js';
import type { Stage, StageOptions } from '../stage.js';

const IDS = people(3);
const CONTACTS = IDS.map((id) => `Contact ${id}`);
const TOKENS = 'POST /services/oauth2/token';

/** What three people come to in the end; `writes` of each row. */
const allDelivered = (name: string, writes: readonly unknown[], calls: number) =>
  outcome({
    endings: { [name]: 'delivered, delivered, delivered' },
    rows: each(CONTACTS, (row) => contact(row.slice(8), 1)),
    writes: each(CONTACTS, writes),
    repeated: IDS.length * (writes.length - 1),
    calls,
  });

interface Course extends StageOptions {
  readonly calls: number;
  readonly writes?: readonly unknown[];
  /** One invocation is not enough: the stream must be asked to deliver again. */
  readonly held?: boolean;
}

/** One message with three people meets the trouble. It is one batch on any stream, so the calls can be told. */
const trouble = (
  name: string,
  misbehaviour: Misbehaviour,
  { calls, writes = [1], held = false, ...options }: Course,
): Scenario => ({
  name,
  ...options,
  async play(stage) {
    stage.crm.misbehave(misbehaviour);
    await stage.publish([
      together(
        'three',
        IDS.map((id) => ({ id })),
      ),
    ]);
    await stage.deployment.start();
    await stage.settled();
    expect(stage.recorder.heldBatches > 0).toBe(held);
    return allDelivered('three', writes, calls);
  },
});

const EXPIRY: Scenario = {
  name: 'the token expires in mid-run: a new one is fetched, nothing is lost or sent twice',
  async play(stage) {
    await stage.publish([mail('before', { id: 'C-1' })]);
    await stage.deployment.start();
    await stage.settled();
    stage.crm.misbehave({ kind: 'expire-token', count: 1 });
    await stage.publish([mail('after', { id: 'C-2' })]);
    await stage.settled();
    expect(stage.crm.log().paths[TOKENS]).toBe(2);
    return outcome({
      endings: each(['before', 'after'], 'delivered'),
      rows: { 'Contact C-1': contact('C-1', 1), 'Contact C-2': contact('C-2', 1) },
      writes: { 'Contact C-1': [1], 'Contact C-2': [1] },
      calls: 3,
    });
  },
};

/** What was said of each record whenever the message was given back to the stream. */
function heldOf({ mail: published, recorder }: Stage, name: string): readonly string[] {
  const [id = ''] = [...published].find(([, one]) => one.name === name) ?? [];
  const held = recorder.of(id).filter(({ settled }) => !settled);
  return held.flatMap(({ endings }) => endings.map((ending) => `${ending.name} ${ending.fault?.code}`));
}

const LEFT_ALONE: Scenario = {
  name: 'a CRM that wants to be left alone is: the stream is held without asking it, no queue fills, then all arrives once',
  async play(stage) {
    // Once only: how much happens here before the minute has passed hangs on how busy this machine is. Who asks too early
    // is answered, and then the stream has not held four times.
    stage.crm.misbehave({ kind: 'answer', status: 503, retryAfter: 60, count: 1 });
    const three = together(
      'three',
      IDS.map((id) => ({ id })),
    );
    await stage.publish([three]);
    await stage.deployment.start();
    await stage.heldAgain(4);
    await stage.publish([mail('later', { id: 'C-4' })]);
    await stage.settled();
    expect(new Set(heldOf(stage, 'three'))).toEqual(new Set(['held remote.unavailable']));
    return outcome({
      endings: { three: 'delivered, delivered, delivered', later: 'delivered' },
      rows: each([...CONTACTS, 'Contact C-4'], (row) => contact(row.slice(8), 1)),
      writes: each([...CONTACTS, 'Contact C-4'], [1]),
      calls: 3,
    });
  },
};

/** What a request may take where one is left without an answer: ordinary ones take a few milliseconds. */
const timeoutMs = 500;

/** Scenarios in which the CRM is in trouble for a while. */
export const TROUBLED_CRM: readonly Scenario[] = [
  trouble(
    'the CRM says 429 twice: waited for, sent once it takes them',
    { kind: 'answer', status: 429, retryAfter: 1, errorCode: 'REQUEST_LIMIT_EXCEEDED', count: 2 },
    { calls: 3 },
  ),
  trouble(
    'the CRM says 429 for longer than one invocation tries: the stream holds, then all is delivered',
    { kind: 'answer', status: 429, retryAfter: 1, count: 4 },
    { calls: 5, held: true },
  ),
  trouble(
    'the CRM asks for a longer wait than an invocation has: held at once, delivered when it agrees',
    { kind: 'answer', status: 429, retryAfter: 45, count: 3 },
    { calls: 4, held: true },
  ),
  trouble('the CRM says 503 twice', { kind: 'answer', status: 503, count: 2 }, { calls: 3 }),
  trouble(
    'a page for browsers instead of an answer, with status 200: not believed, sent again',
    { kind: 'html', status: 200, count: 1 },
    { calls: 2 },
  ),
  trouble(
    'a limit of the org is used up for a moment',
    { kind: 'limit', limit: 'ConcurrentRequests', count: 1 },
    { calls: 2 },
  ),
  trouble(
    'no answer, and nothing written: sent again after the time-out',
    { kind: 'hang', when: 'before', count: 1 },
    { calls: 2, timeoutMs },
  ),
  trouble(
    'no answer, but written: sent again after the time-out, which changes nothing more',
    { kind: 'hang', when: 'after', count: 1 },
    { calls: 2, writes: [1, 1], timeoutMs },
  ),
  trouble(
    'the connection breaks after writing: sent again',
    { kind: 'reset', when: 'after', count: 1 },
    { calls: 2, writes: [1, 1] },
  ),
  trouble(
    'no answer for longer than one invocation tries: the stream holds, then all is delivered',
    { kind: 'hang', when: 'before', count: 3 },
    { calls: 4, held: true, timeoutMs },
  ),
  trouble(
    'the credentials are refused, then repaired: held meanwhile',
    { kind: 'answer', status: 400, errorCode: 'invalid_client', on: 'token', count: 4 },
    { calls: 1, held: true },
  ),
  EXPIRY,
  LEFT_ALONE,
];
