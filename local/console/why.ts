import { type WhyRow, why } from '../../shared/audit/why.js';
import type { AuditEntry } from '../../shared/core/audit.js';
import type { StateStore } from '../../shared/core/ports.js';
import type { Book } from './book.js';
import type { WhyView } from './views.js';

/** Entries that are shown. */
const MOST = 100;

const ANSWERS: Readonly<Record<AuditEntry['answer']['kind'], string>> = {
  created: 'created',
  updated: 'updated',
  accepted: 'accepted',
  absent: 'no such row; nothing done',
  rejected: 'refused for good',
  unanswered: 'no answer; it may have been done',
  nothing: 'nothing was sent',
};

const NOTHING: Readonly<Record<NonNullable<AuditEntry['answer']['why']>, string>> = {
  unchanged: 'nothing was sent: the target holds it already',
  withheld: 'nothing was sent: consent says no',
  unaddressed: 'nothing was sent: nothing to address the row by',
  'no-rule': 'nothing was sent: no rule asks for anything',
};

function whyView(place: string, entry: AuditEntry, book: Book): WhyView {
  const { at, times = 1, causes, fields, answer, messages } = entry;
  const [message] = messages;
  return {
    place,
    at,
    times,
    causes,
    fields: fields
      .map(({ name, rule, changed }) => ({ name, rule, changed }))
      .sort((a, b) => Number(b.changed) - Number(a.changed)),
    answer: answer.why === undefined ? ANSWERS[answer.kind] : NOTHING[answer.why],
    code: answer.code,
    requestId: answer.requestId,
    message: message && `${message.source} ${message.id}`,
    n: message && book.find(message.id, message.record),
  };
}

const placeOf = ({ connection, object, key }: WhyRow): string => `${connection}/${object} ${key}`;

/** What is written down about a person and their rows, newest first: see `tributary why`. Throws `store.*` faults. */
export async function whyViews(
  id: string,
  book: Book,
  store: StateStore,
  now: () => number,
): Promise<readonly WhyView[]> {
  const { rows, persons } = await why({ kind: 'person', id }, { store, clock: { now }, from: 0 });
  const views = [
    ...rows.flatMap((row) => row.entries.map((entry) => whyView(placeOf(row), entry, book))),
    ...persons.flatMap(({ entries }) => entries.map((entry) => whyView('', entry, book))),
  ];
  // Of the same instant the later ones stand behind.
  return views
    .reverse()
    .sort((a, b) => b.at - a.at)
    .slice(0, MOST);
}
