import type { CompiledRules } from '../../shared/core/compiled.js';
import { type Explanation, explain } from '../../shared/core/explain.js';
import type { PersonState } from '../../shared/core/state.js';
import { type Reasons, reasonsOf } from '../../shared/dry-run/reasons.js';
import { decodeMessage } from '../../shared/pipeline/decode.js';
import { inflate } from '../../shared/pipeline/inflate.js';
import { deliveryView } from './action-view.js';
import { bodyView } from './body-view.js';
import type { Book } from './book.js';
import type { Story } from './story.js';
import type { RecordView } from './views.js';

/** A record of a message explained anew, over what was known of the person. */
function explainAgain(
  { message }: Pick<Story, 'message'>,
  record: number,
  before: PersonState,
  key: string,
  rules: CompiledRules,
): Explanation | undefined {
  const entry = decodeMessage({ ...message, record }, { rules, inflate })[0];
  if (entry?.kind !== 'addressed') return undefined;
  return explain(before, { profile: entry.profile, key, at: message.at }, rules);
}

/** What was known of the person just before a record: what the batch began with, and its earlier records. */
export function beforeOf(book: Book, n: number, rules: CompiledRules): PersonState | undefined {
  const judged = book.story(n)?.judged;
  if (!judged) return undefined;
  const { key, before, records } = judged.of;
  if (key === undefined) return before;
  return records.slice(0, records.indexOf(judged.record)).reduce((state, { message, record }) => {
    const earlier = book.story(book.find(message, record) ?? 0);
    return (earlier && explainAgain(earlier, record, state, key, rules)?.after) ?? state;
  }, before);
}

function reasonsFor(book: Book, n: number, rules: CompiledRules): Reasons | undefined {
  const [row, story] = [book.row(n), book.story(n)];
  const key = story?.judged?.of.key;
  const before = beforeOf(book, n, rules);
  if (!row || !story || key === undefined || !before) return undefined;
  const explanation = explainAgain(story, row.record, before, key, rules);
  return explanation && reasonsOf(explanation);
}

/** The whole story of a record; undefined for one that is gone. `rules` are those that run. */
export function recordView(book: Book, n: number, rules: CompiledRules): RecordView | undefined {
  const row = book.row(n);
  if (!row) return undefined;
  const story = book.story(n);
  return {
    row,
    story: story !== undefined,
    body: story && bodyView(story.message.body),
    tries: (story?.tries ?? []).map(({ at, ending: { name, fault }, replayed }) => ({
      at,
      ending: name,
      code: fault?.code,
      text: fault?.message,
      replayed,
    })),
    deliveries: (story?.deliveries ?? []).map(deliveryView),
    reasons: reasonsFor(book, n, rules),
  };
}
