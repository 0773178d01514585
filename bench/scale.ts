import type { CompiledRules } from '../shared/core/compiled.js';
import { fold } from '../shared/core/fold.js';
import { EMPTY_STATE, type PersonState } from '../shared/core/state.js';
import { decodeMessage } from '../shared/pipeline/decode.js';
import { inflate } from '../shared/pipeline/inflate.js';
import { AUDIENCE_IDS, exportOf } from './events.js';
import { type Comparison, compare } from './rounds.js';
import { rulesOf } from './rules-of.js';

const [FEW, MANY] = [10, 1_000];
const START = 1_780_000_000_000;
const PEOPLE = 64;

/** `count` rules, each with an audience, a condition, an attribute and fields of its own, all about one row. */
function manyRules(count: number): CompiledRules {
  const names = Array.from({ length: count }, (_, i) => `audience-${i}`);
  const file = {
    audiences: Object.fromEntries(names.map((name, i) => [name, (i < 2 && AUDIENCE_IDS[i]) || `other-${i}`])),
    person: { key: ['crmid'] },
    connections: { sales: { type: 'salesforce' } },
    rules: names.map((name, i) => ({
      name: `rule ${i}`,
      when: { [i % 2 === 0 ? 'member' : 'entered']: name },
      if: `loyalty.points >= 1000 and not loyalty.extra${i} exists`,
      do: [
        {
          upsert: 'sales/Contact',
          match: { AEP_Id__c: '$key' },
          set: {
            [`Flag_${i}__c`]: { member: name },
            [`Extra_${i}__c`]: `loyalty.extra${i}`,
            Tier: 'loyalty.tier',
          },
        },
      ],
    })),
  };
  return rulesOf(file);
}

function runOf(rules: CompiledRules): () => unknown {
  const records = Array.from({ length: PEOPLE }, (_, i) => {
    const [entry] = decodeMessage(
      { id: '1', body: exportOf(i, 2, 0), at: START + 1, source: 'bench' },
      { rules, inflate },
    );
    if (entry?.kind !== 'addressed') throw new Error('the benchmark event cannot be read');
    return { profile: entry.profile, key: entry.person.key ?? '', at: START + 1 };
  });
  const known: PersonState = EMPTY_STATE;
  return () => records.map((record) => fold(known, [record], rules).actions.length);
}

/** Folding an event that concerns two rules, with few rules in the file and with many: the ratio of the rates. */
export const benchScale = (options: { rounds: number; ms: number }): Comparison =>
  compare(
    { name: `${FEW} rules`, run: runOf(manyRules(FEW)) },
    { name: `${MANY} rules`, run: runOf(manyRules(MANY)) },
    options,
  );
