import type { AnswerCase, AnswerTable } from '../answers-table.js';
import { network } from './answer-words.js';
import { eventBridge, kinesis, sns } from './aws-answers.js';
import { eventGrid, serviceBus } from './azure-answers.js';
import { configAt, openRelay } from './targets.js';

const table = (type: keyof typeof configAt, cases: readonly AnswerCase[]): AnswerTable => ({
  vendor: type,
  page: 'connectors/relays.md',
  marker: `answers ${type}`,
  cases: [...cases, ...network],
  open: (base, timeoutMs) => openRelay({ ...configAt[type](base), timeoutMs }),
  loggingIn: () => undefined,
});

/** Every answer the targets document, and those that anything on the way may give in its place. */
export const relayAnswers: readonly AnswerTable[] = [
  table('kinesis', kinesis),
  table('event-bridge', eventBridge),
  table('sns', sns),
  table('service-bus', serviceBus),
  table('event-grid', eventGrid),
];
