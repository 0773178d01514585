import type { Ending, EndingName, Message, Settlement } from '../../shared/core/ports.js';
import { createJournal } from './journal.js';
import { rowAfter, type Story, storyAfter, type Told } from './story.js';
import type { Row } from './told.js';

/** The latest records that ended, within limits of memory. */
export interface Book {
  /** Takes in how the records of a message ended. */
  end(settlement: Settlement, told: Told): readonly Change[];
  /** Undefined for one that is gone. */
  row(n: number): Row | undefined;
  /** Undefined when it is gone: stories are kept of fewer records than rows. */
  story(n: number): Story | undefined;
  /** The number of a message's record; undefined for one that is gone. */
  find(message: string, record: number): number | undefined;
  /** Rows that are kept are from `first` to `last`. */
  readonly first: number;
  readonly last: number;
  /** Changes so far. */
  readonly changes: number;
  /** The rows that changed since, as they are now; undefined when that is too long ago. */
  since(change: number): readonly Row[] | undefined;
}

/** What a record's ending was before this attempt, if there was one, and is now. */
export interface Change {
  readonly before: EndingName | undefined;
  readonly after: EndingName;
}

/** How much is kept. */
export interface BookLimits {
  readonly rows: number;
  readonly stories: number;
  /** Of the bodies of stories. */
  readonly bytes: number;
}

/** What a page shows well, and what a laptop does not feel. */
export const BOOK_LIMITS: BookLimits = { rows: 50_000, stories: 20_000, bytes: 67_108_864 };

interface Kept {
  row: Row;
  story: Story | undefined;
  readonly place: string;
  readonly bytes: number;
}

/** Of a body that a door has parsed: a row of a file. */
const PARSED_BYTES = 1_000;

const sizeOf = ({ body }: Message): number => {
  if (body instanceof Uint8Array) return body.length;
  return typeof body === 'string' ? body.length * 2 : PARSED_BYTES;
};

const placeOf = (message: string, record: number): string => `${message}#${record}`;

/** Rows in a ring: the newest takes the place of the oldest. */
function createRing(limits: BookLimits) {
  const slots: (Kept | undefined)[] = [];
  const places = new Map<string, Kept>();
  const ring = { first: 1, last: 0, oldestStory: 1, bytes: 0 };
  const at = (n: number): Kept | undefined =>
    n < ring.first || n > ring.last ? undefined : slots[n % limits.rows];
  const dropStory = (): void => {
    const oldest = at(ring.oldestStory++);
    if (!oldest) return;
    oldest.story = undefined;
    ring.bytes -= oldest.bytes;
  };
  const isFull = (): boolean =>
    ring.last - ring.oldestStory + 1 > limits.stories ||
    (ring.bytes > limits.bytes && ring.oldestStory < ring.last);
  return {
    ring,
    at,
    find: (place: string) => places.get(place),
    add(one: Kept): void {
      if (ring.last - ring.first + 1 === limits.rows) {
        places.delete(at(ring.first)?.place ?? '');
        ring.first += 1;
      }
      ring.last = one.row.n;
      slots[ring.last % limits.rows] = one;
      places.set(one.place, one);
      ring.bytes += one.bytes;
      while (isFull()) dropStory();
    },
  };
}

/** An empty book. There are never more stories than rows. */
export function createBook(limits: BookLimits = BOOK_LIMITS): Book {
  const { ring, at, find, add } = createRing(limits);
  const journal = createJournal(limits.rows);
  const note = (record: number, ending: Ending, told: Told): Change => {
    const place = placeOf(told.message.id, record);
    const known = find(place);
    const row = rowAfter(known?.row, ring.last + 1, record, ending, told);
    const before = known?.row.ending;
    if (known) {
      known.row = row;
      known.story &&= storyAfter(known.story, record, ending, told);
    } else {
      const story = storyAfter(undefined, record, ending, told);
      add({ row, story, place, bytes: sizeOf(told.message) });
    }
    journal.note(row.n);
    return { before, after: ending.name };
  };
  return {
    end: ({ endings }, told) => endings.map((ending, i) => note(told.message.record ?? i, ending, told)),
    row: (n) => at(n)?.row,
    story: (n) => at(n)?.story,
    find: (message, record) => find(placeOf(message, record))?.row.n,
    get first() {
      return ring.first;
    },
    get last() {
      return ring.last;
    },
    get changes() {
      return journal.length;
    },
    since(change) {
      const changed = journal.since(change);
      return changed && [...changed].flatMap((n) => at(n)?.row ?? []);
    },
  };
}
