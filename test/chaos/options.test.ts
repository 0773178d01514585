import { expect, test } from 'vitest';
import { readOptions, WrongUse } from '../../local/chaos/options.js';

const scenario = { seed: 3, events: 60, copies: 3, schedule: 3 };
const saidOf = (value: unknown): string => {
  try {
    readOptions(['--scenario', typeof value === 'string' ? value : JSON.stringify(value)]);
  } catch (error) {
    if (error instanceof WrongUse) return error.message;
    throw error;
  }
  return '';
};

test('a scenario as it is printed is read', () => {
  expect(readOptions(['--scenario', JSON.stringify(scenario)]).scenario).toEqual(scenario);
});

test.each<[unknown, string]>([
  [
    'scenario.json',
    '--scenario takes JSON as a failing run prints it, not the name of a file: "scenario.json"',
  ],
  [[], '--scenario must be an object {…}'],
  [{}, '--scenario: seed must be a whole number, 0 or more; events must be'],
  [{ ...scenario, seed: -1 }, '--scenario: seed must be a whole number, 0 or more'],
  [
    { ...scenario, events: 0, copies: 10 },
    '--scenario: events must be a whole number, 1 or more; copies must be a whole number from 1 to 9',
  ],
  [{ ...scenario, event: 1 }, '--scenario: there is no "event"; did you mean "events"?'],
  [{ ...scenario, only: 'all' }, '--scenario: only must be a list of whole numbers, 0 or more'],
  [{ ...scenario, fire: [1, 0.5] }, '--scenario: fire must be a list of whole numbers, 0 or more'],
  [
    { ...scenario, without: ['crm.dwn'] },
    '--scenario: without must be a list of faults, as local/chaos/fault-kinds.ts names them',
  ],
])('%j: what is wrong is said in words', (value, text) => {
  expect(saidOf(value)).toContain(text);
});
