import { describe, expect, test } from 'vitest';
import { markdownOf, outcomesOf, promised, shownTable } from './answers-table.js';
import { dynamicsAnswers } from './dynamics/answers.js';
import { httpAnswers } from './http/answers.js';
import { hubspotAnswers } from './hubspot/answers.js';
import { relayAnswers } from './relay/answers.js';
import { salesforceAnswers } from './salesforce/answers.js';

for (const table of [hubspotAnswers, dynamicsAnswers, salesforceAnswers, httpAnswers, ...relayAnswers])
  describe(`${table.vendor}: every answer leads to its documented ending`, () => {
    test.each(table.cases.map((each) => [each.answer, each] as const))('%s', async (_, each) => {
      expect((await outcomesOf(table, each)).map(promised)).toEqual(each.becomes);
    });

    test('no two cases have one name', () => {
      const names = table.cases.map(({ answer, actions }) => `${actions[0]?.operation} ${answer}`);
      expect(new Set(names).size).toBe(names.length);
    });

    // Run with DOCS=write to write the table anew.
    test(`docs/${table.page} shows them`, () => {
      expect(shownTable(table)).toBe(markdownOf(table));
    });
  });
