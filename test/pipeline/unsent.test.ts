import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import type { EndingName, Message } from '../../shared/core/ports.js';
import type { Action, Connector, Outcome } from '../../shared/core/remote.js';
import { createPipeline, type PipelineDeps } from '../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps, message, rulesOf } from '../support/fakes.js';

const rules = rulesOf({
  audiences: { hot: 'hot-1' },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'fake' } },
  rules: [
    {
      name: 'hot',
      when: { member: 'hot' },
      do: [
        { upsert: 'sales/Lead', match: { Id: '$key' }, set: { Hot: { member: 'hot' } } },
        { upsert: 'sales/Contact', match: { Id: '$key' }, set: { Hot: { member: 'hot' } } },
      ],
    },
  ],
});

const asserted = (person: string, second: number, status: string) => ({
  identityMap: { crmid: [{ id: person }] },
  segmentMembership: {
    ups: { 'hot-1': { status, lastQualificationTime: `2026-11-01T10:00:${second}Z` } },
  },
});
const entered = message('1', asserted('C-1', 20, 'realized'));
const left = message('2', asserted('C-1', 30, 'exited'));
/** What it wants is what was written before the exit. */
const back = message('4', asserted('C-1', 40, 'realized'));

async function endings(deps: PipelineDeps, messages: readonly Message[]): Promise<EndingName[]> {
  const settlements = await createPipeline(deps).run(messages, { redelivers: true });
  return settlements.flatMap((settlement) => settlement.endings.map(({ name }) => name));
}

const timeout: Outcome = { kind: 'unknown', fault: new Fault('remote.timeout', 'no answer') };
const down: Outcome = { kind: 'retry', scope: 'connection', fault: new Fault('remote.unavailable', '503') };
const whole: Outcome = { kind: 'rejected', code: 'JSON_PARSER_ERROR', text: 'unreadable', whole: true };

/** A CRM that misbehaves until told otherwise; `seen` holds the rows of what was asked of it afterwards. */
function crmThat(answer: (rows: readonly Action[], call: number) => Outcome | undefined) {
  const crm = fakeCrm();
  const seen: string[] = [];
  const state = { misbehaves: false, calls: 0 };
  const connector: Connector = {
    ...crm,
    async send(actions, signal) {
      if (!state.misbehaves) {
        seen.push(...actions.map(({ object, key }) => `${object} ${key['Id']}`));
        return crm.send(actions, signal);
      }
      const outcome = answer(actions, ++state.calls);
      return outcome ? actions.map(() => outcome) : crm.send(actions, signal);
    },
  };
  return { connector, seen, state };
}

test('a row that waits behind one that failed was not sent, so it is as certain as before', async () => {
  const crm = crmThat(() => down);
  const deps = fakeDeps(rules, crm.connector);
  expect(await endings(deps, [entered])).toEqual(['delivered']);
  crm.state.misbehaves = true;
  expect(await endings(deps, [left])).toEqual(['held']);
  crm.state.misbehaves = false;
  crm.seen.length = 0;
  // The lead may have been written, the contact cannot have been.
  expect(await endings(deps, [back])).toEqual(['delivered']);
  expect(crm.seen).toEqual(['Lead C-1']);
});

test('half of a request that was refused as a whole and never sent again is as certain as before', async () => {
  const before = message('0', asserted('C-0', 10, 'realized'));
  const other = message('3', asserted('C-0', 30, 'exited'));
  // The whole is refused; of the halves the first is slow, and time is up before the second.
  const crm = crmThat((rows, call) => (call === 1 ? whole : rows.length === 1 ? timeout : undefined));
  const deps = fakeDeps(rules, crm.connector);
  expect(await endings(deps, [before, entered])).toEqual(['delivered', 'delivered']);
  crm.state.misbehaves = true;
  const slow = { ...crm.connector, send: slowly(crm.connector, deps) };
  const hurried = { ...deps, connectors: new Map([['sales', slow]]) };
  expect(await endings(hurried, [other, left])).toEqual(['held', 'held']);
  crm.state.misbehaves = false;
  crm.seen.length = 0;
  expect(await endings(deps, [back])).toEqual(['unchanged']);
  expect(crm.seen).toEqual([]);
});

/** Each answer takes most of a lease. */
const slowly =
  (connector: Connector, { clock }: ReturnType<typeof fakeDeps>): Connector['send'] =>
  async (actions, signal) => {
    const outcomes = await connector.send(actions, signal);
    clock.advance(60_000);
    return outcomes;
  };

test('once an attempt had no answer, running out of time for the next one does not make the row certain', async () => {
  const crm = crmThat(() => timeout);
  const deps = fakeDeps(rules, crm.connector);
  expect(await endings(deps, [entered])).toEqual(['delivered']);
  crm.state.misbehaves = true;
  const slow = { ...crm.connector, send: slowly(crm.connector, deps) };
  expect(await endings({ ...deps, connectors: new Map([['sales', slow]]) }, [left])).toEqual(['held']);
  crm.state.misbehaves = false;
  crm.seen.length = 0;
  expect(await endings(deps, [back])).toEqual(['delivered']);
  expect(crm.seen).toEqual(['Lead C-1']);
});
