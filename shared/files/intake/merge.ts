/** A source of sorted lines, as far as it has been read. */
interface Head {
  readonly source: AsyncGenerator<Buffer>;
  piece: Buffer;
  /** Where in the piece the line after this one begins. */
  next: number;
  line: string;
}

const LINE_FEED = 10;

/**
 * On to the next line of the piece; false at its end. Lines are cut one at a time: those of whole pieces would outlive the garbage
 * collector's quick rounds, and a hundred pieces are read side by side.
 */
function cut(head: Head): boolean {
  const { piece, next } = head;
  if (next >= piece.length) return false;
  const found = piece.indexOf(LINE_FEED, next);
  const end = found === -1 ? piece.length : found;
  head.line = piece.toString('utf8', next, end);
  head.next = end + 1;
  return true;
}

/** On to the first line of the next piece; false at the end. */
async function refill(head: Head): Promise<boolean> {
  const { value, done } = await head.source.next();
  if (done) return false;
  head.piece = value;
  head.next = 0;
  return cut(head) || refill(head);
}

/** Lets the head at `index` sink to where no smaller one is below it: a binary heap, the smallest first. */
function sink(heap: Head[], index: number): void {
  for (let at = index; ; ) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
    const own = heap[at];
    if (!own || !left) return;
    const isRight = right !== undefined && right.line < left.line;
    const least = isRight ? right : left;
    if (own.line <= least.line) return;
    const below = isRight ? 2 * at + 2 : 2 * at + 1;
    heap[at] = least;
    heap[below] = own;
    at = below;
  }
}

/** Sources that are read at once: of each of them two pieces are in memory. */
export const MOST_SOURCES = 64;

/**
 * Sorted lines of some sources in one order, repeats included. A source gives pieces of UTF-8, line feeds between their lines. Memory:
 * one piece of each source, and one that is on its way.
 */
export async function* mergeLines(sources: readonly AsyncGenerator<Buffer>[]): AsyncGenerator<string> {
  if (sources.length > MOST_SOURCES)
    throw new RangeError(`${sources.length} runs are to be read at once; merge some of them before`);
  const heap: Head[] = [];
  for (const source of sources) {
    const head: Head = { source, piece: Buffer.alloc(0), next: 0, line: '' };
    if (await refill(head)) heap.push(head);
  }
  for (let at = heap.length >> 1; at >= 0; at--) sink(heap, at);
  for (let [least] = heap; least; [least] = heap) {
    yield least.line;
    if (!cut(least) && !(await refill(least))) {
      const last = heap.pop();
      if (last && last !== least) heap[0] = last;
    }
    sink(heap, 0);
  }
}
