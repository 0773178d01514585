import type { Outcome } from '../../core/remote.js';
import { fromCsv } from './csv.js';
import { type Answering, fromProblems, type Problem } from './problem.js';

/** Lines of a result file, each by its columns. */
export type Lines = readonly Readonly<Record<string, string>>[];

/** Reads a result file; undefined for one that cannot be read. */
export function readLines(text: string): Lines | undefined {
  const [head, ...lines] = fromCsv(text) ?? [];
  if (head === undefined) return text === '' ? [] : undefined;
  if (lines.some((line) => line.length !== head.length)) return undefined;
  return lines.map((line) => Object.fromEntries(head.map((name, i) => [name, line[i] ?? ''])));
}

/** `CODE:what is wrong:Field1,Field2 --`, as `sf__Error` has it. */
const ERROR = /^([A-Z][A-Z_]+):([\s\S]*?)(?::([\w, ]*))? ?--$/;

function problemOf(text: string): Problem {
  const [, code, message = '', names = ''] = ERROR.exec(text) ?? [];
  if (code === undefined) return { code: 'BULK_ERROR', message: text, fields: [] };
  return {
    code,
    message,
    fields: names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  };
}

/** What the three result files of a job say (Bulk API 2.0 guide, "Get Job Successful/Failed/Unprocessed Record Results"). */
export interface Results {
  readonly successful: Lines;
  readonly failed: Lines;
  readonly unprocessed: Lines;
}

function accepted(line: Lines[number]): Outcome {
  const { sf__Id: id = '', sf__Created: created } = line;
  return { kind: 'accepted', ...(id !== '' && { id }), created: created === 'true' };
}

/**
 * What became of each row, by the value of its external id without outer blanks: the files are in no order. A row that two of them name is
 * missing, for it was answered twice.
 */
export function outcomesByKey(
  { successful, failed, unprocessed }: Results,
  field: string,
  context: Answering,
  notDone: Outcome,
): ReadonlyMap<string, Outcome> {
  const outcomes = new Map<string, Outcome>();
  const twice = new Set<string>();
  const take = (lines: Lines, outcomeOf: (line: Lines[number]) => Outcome | undefined): void => {
    for (const line of lines) {
      const key = line[field]?.trim();
      const outcome = outcomeOf(line);
      if (key === undefined || outcome === undefined) continue;
      if (outcomes.has(key)) twice.add(key);
      outcomes.set(key, outcome);
    }
  };
  take(successful, accepted);
  take(failed, (line) => fromProblems(context, [problemOf(line['sf__Error'] ?? '')], null));
  take(unprocessed, () => notDone);
  for (const key of twice) outcomes.delete(key);
  return outcomes;
}
