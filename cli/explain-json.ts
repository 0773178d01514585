import type { Explanation } from '../shared/core/explain.js';
import type { Trace } from '../shared/core/scope.js';
import type { Standing } from '../shared/core/state.js';
import { type Explained, whenOf } from './explain-view.js';
import { timeText } from './value-text.js';

const standingJson = (standing: Standing | undefined): object | null =>
  standing === undefined ? null : { member: standing.member, at: timeText(standing.at) };

/** That there was nothing to see is said aloud: JSON would leave it out. */
function traceJson({ items, saw, ...trace }: Trace): object {
  const isMissing = trace.looked === true && (saw === undefined || saw === null);
  return {
    ...trace,
    ...(isMissing ? { missing: true } : { saw }),
    ...(items && { items: items.map(traceJson) }),
  };
}

function reasonsJson(explanation: Explanation): object {
  const { audiences, consent, shadows } = explanation;
  return {
    audiences: audiences.map(({ name, before, after, change, backfill }) => ({
      name,
      before: standingJson(before),
      after: standingJson(after),
      change: change ?? null,
      backfill,
    })),
    consent,
    ...rulesJson(explanation),
    ...(shadows.length > 0 && { shadows: shadows.map(rulesJson) }),
  };
}

/** The rules, and what they come to. */
function rulesJson({ rules, stoppedBy, actions, unaddressed }: Explanation): object {
  return {
    rules: rules.map((news) => ({
      rule: news.rule.name,
      outcome: news.outcome,
      when: { text: whenOf(news), holds: news.when },
      if: news.condition && traceJson(news.condition),
      notDue: news.notDue,
    })),
    stoppedBy,
    actions: actions.map(({ action: { connection, operation, object, list, key }, sent, fields }) => ({
      connection,
      operation,
      object,
      list,
      key,
      sent,
      fields,
    })),
    unaddressed,
  };
}

/** The reasons, as JSON. */
export function explanationJson({ record, at, person, explanation, ending }: Explained): string {
  const { file, line, offset } = record;
  const { code, message: text } = ending.fault ?? {};
  const all = {
    file,
    line,
    offset,
    at: timeText(at * 1000),
    person: person?.id,
    ...(explanation && reasonsJson(explanation)),
    ending: ending.name,
    code,
    text,
  };
  return `${JSON.stringify(all, null, 2)}\n`;
}
