/**
 * Runs `work` over the items, at most `width` at once, and gives the results in the items' order. After a failure nothing
 * more is begun; what is under way is waited for, then the failure is thrown.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  let failed = false;
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failed) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, worker));
  for (const { reason } of workers.filter((one) => one.status === 'rejected')) throw reason;
  return results;
}
