/** No answer within the time that is allowed. */
export class Late extends Error {
  override readonly name = 'Late';
  /** What was allowed, milliseconds. */
  readonly ms: number;

  constructor(ms: number) {
    super(`no answer within ${ms / 1000} s`);
    this.ms = ms;
  }
}

/** What a promise gives, unless `ms` pass first (rejects with {@link Late}) or the signal aborts (with its reason). */
export async function race<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T> {
  const done = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late(ms)), ms);
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true, signal: done.signal });
  });
  try {
    return await Promise.race([end, promise]);
  } finally {
    clearTimeout(timer);
    done.abort();
  }
}
