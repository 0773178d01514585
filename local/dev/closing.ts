/** Stops something that was started. */
export type Closer = () => Promise<unknown>;

/** How long what is under way may take to end, milliseconds: longer than any call, and not as long as a large file. */
export const STOP_MS = 10_000;

/** How long each of them has once somebody is in a hurry, milliseconds. */
const LAST_MS = 1_000;

/** Resolves a moment after somebody is in a hurry. */
const hurried = (hurry: AbortSignal, stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const begin = (): void => {
      timer = setTimeout(resolve, LAST_MS);
    };
    stop.addEventListener('abort', () => {
      clearTimeout(timer);
      hurry.removeEventListener('abort', begin);
    });
    if (hurry.aborted) begin();
    else hurry.addEventListener('abort', begin, { once: true });
  });

/**
 * Closes in the reverse order of starting, all of it, whatever fails on the way. Once `hurry` is aborted nothing is waited for longer
 * than a moment: what a file or batch under way still does then is left to the end of the process. Gives whether all of it has ended.
 */
export async function closeAll(
  closers: readonly Closer[],
  onError: (error: unknown) => void,
  hurry: AbortSignal,
): Promise<boolean> {
  let isAll = true;
  for (const close of closers.toReversed()) {
    const done = new AbortController();
    const ended = close().then(
      () => true,
      (error: unknown) => {
        onError(error);
        return true;
      },
    );
    const late = hurried(hurry, done.signal).then(() => false);
    isAll = (await Promise.race([ended, late])) && isAll;
    done.abort();
  }
  return isAll;
}
