/** A source of sorted lines, as far as it has been read. */
interface Head {
  readonly source: AsyncGenerator<readonly string[]>;
  lines: readonly string[];
  at: number;
}

const lineOf = ({ lines, at }: Head): string => lines[at] ?? '';

async function refill(head: Head): Promise<boolean> {
  const { value, done } = await head.source.next();
  if (done) return false;
  head.lines = value;
  head.at = 0;
  return value.length > 0 || refill(head);
}

/** Lets the head at `index` sink to where no smaller one is below it: a binary heap, the smallest first. */
function sink(heap: Head[], index: number): void {
  for (let at = index; ; ) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
    const own = heap[at];
    if (!own || !left) return;
    const isRight = right !== undefined && lineOf(right) < lineOf(left);
    const least = isRight ? right : left;
    if (lineOf(own) <= lineOf(least)) return;
    const below = isRight ? 2 * at + 2 : 2 * at + 1;
    heap[at] = least;
    heap[below] = own;
    at = below;
  }
}

/** Sources that are read at once: of each of them two pieces are in memory. */
export const MOST_SOURCES = 64;

/** Sorted lines of some sources in one order, repeats included. Memory: one piece of each source, and one that is on its way. */
export async function* mergeLines(
  sources: readonly AsyncGenerator<readonly string[]>[],
): AsyncGenerator<string> {
  if (sources.length > MOST_SOURCES)
    throw new RangeError(`${sources.length} runs are to be read at once; merge some of them before`);
  const heap: Head[] = [];
  for (const source of sources) {
    const head: Head = { source, lines: [], at: 0 };
    if (await refill(head)) heap.push(head);
  }
  for (let at = heap.length >> 1; at >= 0; at--) sink(heap, at);
  for (let [least] = heap; least; [least] = heap) {
    yield lineOf(least);
    least.at += 1;
    if (least.at >= least.lines.length && !(await refill(least))) {
      const last = heap.pop();
      if (last && last !== least) heap[0] = last;
    }
    sink(heap, 0);
  }
}
