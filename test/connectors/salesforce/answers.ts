import type { AnswerTable } from '../answers-table.js';
import { secretsOf } from '../fakes.js';
import { open, SECRETS, salesforceAt, salesforceSubject } from '../subjects.js';
import { sleepingClock } from './answer-actions.js';
import { stepAnswers } from './step-answers.js';
import { upsertAnswers } from './upsert-answers.js';

/** Everything an org is documented to answer, and what becomes of the rows. */
export const salesforceAnswers: AnswerTable = {
  vendor: 'Salesforce',
  page: 'connectors/salesforce.md',
  cases: [...upsertAnswers, ...stepAnswers],
  open: (base, timeoutMs) =>
    open(
      { ...salesforceAt(base, timeoutMs), idempotencyKeys: { Case: 'AEP_Once__c' }, bulk: { from: 201 } },
      { secrets: secretsOf(SECRETS), clock: sleepingClock(), random: () => 0 },
    ),
  loggingIn: salesforceSubject.loggingIn,
};
