import { expect } from 'vitest';
import type { Scenario } from '../conformance.js';
import type { Mail } from '../outcome.js';
import { contact, each, mail, outcome, people } from '../people.js';
import { type Stage, until } from '../stage.js';

const OPENER = 'C-opener';
/** Long enough for a stream to bring everything else to the function while its first batch waits. */
const OPENER_MS = 400;

/** Lets the CRM take its time with one message, so that all the others are there as one batch when it is done. */
async function publishAsOneBatch(stage: Stage, messages: readonly Mail[]): Promise<void> {
  stage.crm.latency(OPENER_MS);
  await stage.publish([mail(OPENER, { id: OPENER })]);
  await stage.deployment.start();
  await until('the first batch is at the CRM', () => stage.crm.stats().calls === 1);
  await stage.publish(messages);
  stage.crm.latency(0);
}

const IDS = people(200);
const BAD = 'C-137';
const GOOD = [OPENER, ...IDS.filter((id) => id !== BAD)];

const mails = IDS.map((id) => mail(id, { id }));

/** All but one of 200 delivered; that one in a dead letter, with the CRM's own words. */
const allButOne = (remote: { code: string; text: string }, calls: number) =>
  outcome({
    endings: { ...each(GOOD, 'delivered'), [BAD]: 'rejected remote.rejected' },
    letters: [
      {
        message: BAD,
        record: 0,
        code: 'remote.rejected',
        remote: { connection: 'sales', ...remote },
        intact: true,
      },
    ],
    rows: Object.fromEntries(GOOD.map((id) => [`Contact ${id}`, contact(id, 1)])),
    writes: Object.fromEntries(GOOD.map((id) => [`Contact ${id}`, [1]])),
    calls,
  });

const ONE_BAD_ROW: Scenario = {
  name: "one bad row in 200: rejected with the CRM's own code, 199 delivered, one call",
  async play(stage) {
    stage.crm.misbehave({ kind: 'refuse-key', key: BAD, message: 'Frozen by the auditor.' });
    await publishAsOneBatch(stage, mails);
    await stage.settled();
    return allButOne({ code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', text: 'Frozen by the auditor.' }, 2);
  },
};

/** 200 → 100 → 50 → 25 → 13 → 7 → 4 → 2 → 1 around the 137th row: two requests each time, and the whole one first. */
const BISECTED = 1 + 2 * 8;

const WHOLE_BATCH: Scenario = {
  name: 'a whole batch refused because of one row: halved until that row stands alone',
  async play(stage) {
    stage.crm.misbehave({ kind: 'refuse-batch', key: BAD });
    await publishAsOneBatch(stage, mails);
    await stage.settled();
    const text = 'The request was refused as a whole';
    return allButOne({ code: 'JSON_PARSER_ERROR', text }, 1 + BISECTED);
  },
};

const LOCKED_ROW: Scenario = {
  name: 'a row that stays locked: parked, its neighbours delivered, settled by a replay',
  async play(stage) {
    const ids = people(5);
    const contacts = ids.map((id) => `Contact ${id}`);
    stage.crm.misbehave({ kind: 'lock-row', key: 'C-3' });
    await stage.publish(ids.map((id) => mail(id, { id, points: 7 })));
    await stage.deployment.start();
    await stage.settled();
    const waiting = await stage.outcome();
    expect(waiting.parked).toEqual([{ message: 'C-3', record: 0, code: 'remote.row-busy', intact: true }]);
    expect(waiting.rows).not.toHaveProperty('Contact C-3');
    stage.crm.behave();
    await stage.replay();
    return outcome({
      endings: { ...each(ids, 'delivered'), 'C-3': 'parked remote.row-busy' },
      rows: each(contacts, (row) => contact(row.slice(8), 7)),
      writes: each(contacts, [7]),
    });
  },
};

/** Scenarios in which the CRM refuses rows, or all of them because of one. */
export const REFUSED: readonly Scenario[] = [ONE_BAD_ROW, WHOLE_BATCH, LOCKED_ROW];
