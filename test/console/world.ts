import type { BookLimits } from '../../local/console/book.js';
import { createWatch } from '../../local/console/watch.js';
import { auditOn } from '../../shared/audit/audit.js';
import type { Json, Message, RunOptions } from '../../shared/core/ports.js';
import type { Action, Outcome } from '../../shared/core/remote.js';
import { causesOf } from '../../shared/dry-run/tally.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps, message, rulesOf } from '../support/fakes.js';

/** The rules of these tests, as text and compiled. */
export const RULES = `
audiences: { hot: A-1 }
person: { key: [crmid] }
connections: { sales: { type: salesforce, domain: "https://example.com", auth: { clientCredentials: { secret: "secret:x" } } } }
rules:
  - name: sales hears of the hot
    when: { member: hot }
    if: person.name.lastName exists
    do:
      - upsert: sales/Contact
        match: { AEP_Id__c: $key }
        set:
          LastName: person.name.lastName
          Hot__c: { member: hot }
`;

const FILE = {
  audiences: { hot: 'A-1' },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'salesforce' } },
  rules: [
    {
      name: 'sales hears of the hot',
      when: { member: 'hot' },
      if: 'person.name.lastName exists',
      do: [
        {
          upsert: 'sales/Contact',
          match: { AEP_Id__c: '$key' },
          set: { LastName: 'person.name.lastName', Hot__c: { member: 'hot' } },
        },
      ],
    },
  ],
};

/** An export of a person who is, or is no more, in the audience. */
export const hot = (id: string, lastName: Json, at: string, status = 'realized') => ({
  identityMap: { crmid: [{ id }] },
  person: { name: { lastName } },
  segmentMembership: { ups: { 'A-1': { status, lastQualificationTime: at } } },
});

/** A pipeline in memory that is watched; `answer` may replace what the target says. */
export function watchedWorld(
  answer: (action: Action, call: number) => Outcome | undefined = () => undefined,
  limits?: BookLimits,
) {
  const rules = rulesOf(FILE);
  const deps = fakeDeps(rules, fakeCrm({ answer }));
  const causeOf = causesOf(rules);
  const watch = createWatch({
    now: deps.clock.now,
    kinds: new Map([['sales', 'salesforce']]),
    ruleOf: (cause) => causeOf(cause).rule ?? cause,
    ...(limits && { limits }),
  });
  const audit = auditOn(deps.store, deps.clock, { days: 30, values: false });
  const pipeline = createPipeline({ ...deps, observer: watch.observer, audit });
  const run = (messages: readonly Message[], options: RunOptions = { redelivers: true }) =>
    pipeline.run(messages, options);
  return { rules, deps, watch, pipeline, run, send: (id: string, body: unknown) => run([message(id, body)]) };
}
