import type { Attempt } from './attempt.js';
import type { Run } from './run.js';

/** Tells whoever listens what a person's records were judged by. */
export function tellJudged({ work, state, draft }: Attempt, { deps: { observer } }: Run): void {
  observer.judged?.({
    person: work.id,
    key: work.key,
    before: state,
    records: work.entries.map(({ message, record }, i) => ({
      message: message.id,
      record,
      edges: draft.verdicts[i]?.edges ?? [],
    })),
  });
}
