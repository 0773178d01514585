import { timeText } from '../shared/core/time-text.js';
import type { Explained } from '../shared/dry-run/explained.js';
import { reasonsOf } from '../shared/dry-run/reasons.js';

/** The reasons, as JSON. */
export function explanationJson({ record, at, person, explanation, played: { ending } }: Explained): string {
  const { file, line, offset } = record;
  const { code, message: text } = ending.fault ?? {};
  const all = {
    file,
    line,
    offset,
    at: timeText(at * 1000),
    person: person?.id,
    ...(explanation && reasonsOf(explanation)),
    ending: ending.name,
    code,
    text,
  };
  return `${JSON.stringify(all, null, 2)}\n`;
}
