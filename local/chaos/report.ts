import { ENDINGS } from '../../shared/core/ports.js';
import { FAULT_KINDS } from './fault-kinds.js';
import type { Violation } from './judge.js';
import type { Scenario } from './scenario.js';
import type { Outcome } from './slice.js';
import type { Tally } from './tally.js';

const MOST_SHOWN = 10;

const number = (value: number): string => value.toLocaleString('en');

const list = (entries: readonly (readonly [string, number])[]): string =>
  entries.map(([name, count]) => `${name} ${number(count)}`).join(', ');

/** Everything a run came to, for programs. */
export function toJson(tally: Tally, planned: number, seconds: number): string {
  const { failures, ...sums } = tally;
  const failed = failures.map(({ scenario, violations }) => ({
    scenario,
    violations: violations.slice(0, MOST_SHOWN),
  }));
  return JSON.stringify({ ...sums, planned, seconds: Math.round(seconds), failures: failed }, null, 2);
}

/** Everything a run came to, for people. */
export function toText(tally: Tally, planned: number, seconds: number): string {
  const { endings, faults, slices } = tally;
  const ended = ENDINGS.reduce((sum, name) => sum + endings[name], 0);
  const struck = FAULT_KINDS.reduce((sum, kind) => sum + faults[kind], 0);
  const stopped = slices < planned ? `, stopped after ${slices} of ${planned} slices` : '';
  return `${number(tally.events)} events, ${number(tally.messages)} messages, ${number(tally.records)} records in, ${(tally.virtualMs / 3_600_000).toFixed(0)} simulated hours in ${seconds.toFixed(0)} s${stopped}
lost ${tally.lost}, doubled ${tally.doubled}, wrong ${tally.wrong}
endings: ${number(ended)} (${list(ENDINGS.map((name) => [name, endings[name]]))})
work: ${number(tally.invocations)} batches with ${number(tally.delivered)} records, ${number(tally.calls)} CRM requests, ${number(tally.rows)} rows, ${number(tally.excused)} of them again because nobody could know
faults: ${number(struck)} (${list(FAULT_KINDS.map((kind) => [kind, faults[kind]]))})
`;
}

/** Violations, the first few of them. */
export function told(violations: readonly Violation[]): string {
  const shown = violations.slice(0, MOST_SHOWN).map(({ kind, text }) => `  ${kind}: ${text}\n`);
  const more = violations.length - shown.length;
  return shown.join('') + (more > 0 ? `  and ${number(more)} more\n` : '');
}

/** How a scenario is run again, alone. */
export const command = (scenario: Scenario): string =>
  `npm run chaos -- --scenario '${JSON.stringify(scenario)}'`;

/** The whole history of one scenario and what was wrong in the end. */
export function toHistory({ story, violations }: Outcome): string {
  return `${story.join('\n')}\n${violations.length === 0 ? 'nothing lost, doubled or wrong\n' : told(violations)}`;
}
