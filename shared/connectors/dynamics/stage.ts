import type { Outcome } from '../../core/remote.js';

const isDone = (item: object): item is Outcome => 'kind' in item;

/**
 * One step of a request on those rows that are still on their way; rows whose outcome is known keep it and their place.
 * What is on its way is told from an outcome by having no `kind`. The step gives one result for each row it is given, and
 * is not taken when there is none.
 */
export async function stage<T extends object, U>(
  items: readonly (T | Outcome)[],
  step: (ready: readonly T[]) => Promise<readonly (U | Outcome)[]>,
): Promise<readonly (U | Outcome)[]> {
  const ready = items.filter((item): item is Exclude<T | Outcome, Outcome> & T => !isDone(item));
  const results = ready.length === 0 ? [] : await step(ready);
  const left = [...results];
  return items.map((item) => {
    if (isDone(item)) return item;
    const result = left.shift();
    if (result === undefined)
      throw new Error(`A step gave ${results.length} results for ${ready.length} rows.`);
    return result;
  });
}
