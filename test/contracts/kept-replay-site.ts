import { Fault } from '../../shared/core/fault.js';
import type { Observer, Pipeline } from '../../shared/core/ports.js';
import type { Outcome } from '../../shared/core/remote.js';
import { type Arrival, createReplay } from '../../shared/pipeline/replay.js';
import { createPipeline, type PipelineDeps } from '../../shared/pipeline/run.js';
import { NOW } from '../stores/kept-samples.js';
import { fakeCrm, fakeDeps, message, rulesOf, silent } from '../support/fakes.js';
import type { KeptStage } from './kept-subject.js';

const rules = rulesOf({
  audiences: { hot: 'hot-1' },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'fake' } },
  rules: [
    {
      name: 'hot',
      when: { member: 'hot' },
      do: [
        {
          upsert: 'sales/Contact',
          match: { AEP_Id__c: '$key' },
          set: { Name: 'person.name', Hot: { member: 'hot' } },
        },
      ],
    },
  ],
});

/** An export of one person. */
export const profile = (name: string, second: number, status = 'realized') => ({
  identityMap: { CRMID: [{ id: 'C-1' }] },
  person: { name },
  segmentMembership: {
    ups: { 'hot-1': { status, lastQualificationTime: `2026-09-01T10:00:${second}Z` } },
  },
});

/** What the queue is called. */
export const SOURCE = 'queue:parked';

/** Messages as a platform hands them over. */
export const arrivals = (bodies: readonly Uint8Array[]): Arrival[] =>
  bodies.map((body, i) => ({ id: `q-${i}`, body, at: NOW }));

/** The row cannot be written now. */
export const busy: Outcome = {
  kind: 'retry',
  scope: 'row',
  fault: new Fault('remote.row-busy', 'the row is locked'),
};

/** A pipeline on real places, and its consumer of the retry queue. */
export function site(
  staged: KeptStage,
  more: Partial<PipelineDeps> = {},
  answer?: () => Outcome | undefined,
) {
  const crm = fakeCrm(answer ? { answer } : {});
  const base = fakeDeps(rules, crm, { tuning: { attempts: 1 } });
  const { clock } = base;
  const { parking, letters } = staged.open({ clock, random: () => 0 });
  const endings: string[] = [];
  const observer: Observer = {
    batch: ({ settlements }) =>
      endings.push(...settlements.flatMap((one) => one.endings.map(({ name }) => name))),
    delivery: () => undefined,
  };
  const deps: PipelineDeps = { ...base, parking, deadLetters: letters, observer, ...more };
  const pipeline = createPipeline(deps);
  const replay = createReplay({
    pipeline,
    parking,
    source: SOURCE,
    deadLetters: deps.deadLetters,
    clock,
    log: silent,
  });
  /** Lets time pass, and gives everything that waits to the consumer. */
  const after = async (ms: number) => {
    clock.advance(ms);
    return replay(arrivals(await staged.arrive()), {});
  };
  return { crm, pipeline, replay, after, clock, parking, letters, endings };
}

/** A batch of a stream. */
export const run = (pipeline: Pipeline, ...bodies: [string, unknown, number][]) =>
  pipeline.run(
    bodies.map(([id, body, at]) => message(id, body, at)),
    { redelivers: true },
  );
