import type { Bid, CompiledAction, CompiledField, Row } from './compiled.js';
import type { Sight } from './scope.js';

/** When constants of a rule hold: now, until the person left, or never (not known to have been a member, ever). */
export type Holding = 'now' | 'never' | { readonly until: number };

/** On what a rule speaks. Times in epoch microseconds, 0 where there is none. */
export interface Occasion {
  readonly constants: Holding;
  /** Of an edge. */
  readonly at: number;
  /** Of the assertion a level stands on. */
  readonly since: number;
}

/** One row being put together: per slot the bid that wins so far. Later rules win, whatever the order of matching. */
export interface Building {
  readonly row: Row;
  readonly bids: (Bid | undefined)[];
  /** Slots that hold a bid, in the order in which they were first bid for. */
  readonly taken: number[];
  readonly causes: string[];
  /** First rule that wants the row: rows are sent in this order. */
  order: number;
  /** A rule without fields wants the row to exist. */
  bare: boolean;
  /** Some rule wants the row made if it is not there. */
  mayCreate: boolean;
}

function building(rows: Building[], row: Row, order: number): Building {
  for (const known of rows) {
    if (known.row !== row) continue;
    if (order < known.order) known.order = order;
    return known;
  }
  // Left full of holes on purpose: most rows have many more slots than one event bids for.
  const bids = new Array<Bid | undefined>(row.slots.length);
  const made = { row, bids, taken: [], causes: [], order, bare: false, mayCreate: false };
  rows.push(made);
  return made;
}

/** The present outweighs the past; of the past, what held longer; then the later rule; of one rule, the newer edge. */
export const outweighs = (a: Bid, b: Bid): boolean => {
  if (a.active !== b.active) return a.active;
  if (a.until !== b.until) return a.until > b.until;
  return a.order === b.order ? a.at >= b.at : a.order > b.order;
};

/** Older than any edge, yet not "no assertion at all". */
const LONG_AGO = 1;

function bidOf({ live, constant }: CompiledField, { constants, at, since }: Occasion): Bid | undefined {
  if (!constant) return live;
  if (constants === 'now') return { ...live, at, since };
  // A constant gone by stands on no assertion of today: whatever an edge wrote since stays.
  return constants === 'never'
    ? undefined
    : { ...live, active: false, until: constants.until, at, since: LONG_AGO };
}

/** Whether an action wants anything at all: constants of a rule that never held are not wanted. */
const speaks = ({ fields }: CompiledAction, constants: Holding): boolean =>
  constants !== 'never' || fields.some(({ constant }) => !constant);

/** Where the rules bid for one person. */
export interface Auction {
  /** Rows wanted so far; nearly always one or two, so a list is searched faster than a map is kept. */
  readonly rows: Building[];
  readonly sight: Sight;
}

/** Lets a rule bid for the fields of its rows. */
export function bid(
  auction: Auction,
  order: number,
  actions: readonly CompiledAction[],
  cause: string,
  occasion: Occasion,
): void {
  const { constants } = occasion;
  for (const action of actions) {
    const built = building(auction.rows, action.row, order);
    const { bids, causes } = built;
    if (!action.again) causes.push(cause);
    built.mayCreate ||= action.mayCreate && speaks(action, constants);
    if (action.fields.length === 0 && constants !== 'never') built.bare = true;
    for (const field of action.fields) {
      const rival = bids[field.slot];
      // A live rule earlier in the file can be outbid only by one later: skipped before anything is allocated.
      if (rival?.active && rival.order > order) continue;
      // Who has nothing to say must not silence those who have.
      if (field.contested && field.live.read(auction.sight) === undefined) continue;
      const made = bidOf(field, occasion);
      if (made === undefined) continue;
      if (rival === undefined) built.taken.push(field.slot);
      else if (!outweighs(made, rival)) continue;
      bids[field.slot] = made;
    }
  }
}
