import type { Bid, CompiledField, CompiledRule, CompiledRules, Row } from './compiled.js';
import type { Sight } from './scope.js';
import type { Standing } from './state.js';
import type { Transition } from './view.js';

/** When constants of a rule hold: now, until the person left, or never (not known to have been a member, ever). */
type Holding = 'now' | 'never' | { readonly until: number };

/** On what a rule speaks. Times in epoch microseconds, 0 where there is none. */
interface Occasion {
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
  readonly causes: string[];
  /** First rule that wants the row: rows are sent in this order. */
  order: number;
  /** A rule without fields wants the row to exist. */
  bare: boolean;
}

/** Where the rules bid for one person. */
interface Hall {
  /** Rows wanted so far; nearly always one or two, so a list is searched faster than a map is kept. */
  readonly rows: Building[];
  readonly sight: Sight;
}

function building(rows: Building[], row: Row, order: number): Building {
  for (const known of rows) {
    if (known.row !== row) continue;
    if (order < known.order) known.order = order;
    return known;
  }
  // Left full of holes on purpose: most rows have many more slots than one event bids for.
  const bids = new Array<Bid | undefined>(row.slots.length);
  const made = { row, bids, causes: [], order, bare: false };
  rows.push(made);
  return made;
}

/** The present outweighs the past; of the past, what held longer; then the later rule. */
export const outweighs = (a: Bid, b: Bid): boolean =>
  a.active !== b.active ? a.active : a.until !== b.until ? a.until > b.until : a.order >= b.order;

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

/** Lets a rule bid for the fields of its rows. */
function bid(hall: Hall, rule: CompiledRule, cause: string, occasion: Occasion): void {
  const { constants } = occasion;
  const { order } = rule;
  for (const action of rule.actions) {
    const built = building(hall.rows, action.row, order);
    const { bids, causes } = built;
    if (!action.again) causes.push(cause);
    if (action.fields.length === 0 && constants !== 'never') built.bare = true;
    for (const field of action.fields) {
      const rival = bids[field.slot];
      // A live rule earlier in the file can be outbid only by one later: skipped before anything is allocated.
      if (rival?.active && rival.order > order) continue;
      // Who has nothing to say must not silence those who have.
      if (field.contested && field.live.read(hall.sight) === undefined) continue;
      const made = bidOf(field, occasion);
      if (made !== undefined && (rival === undefined || outweighs(made, rival))) bids[field.slot] = made;
    }
  }
}

const holding = ({ member, ever, at }: Standing): Holding =>
  member ? 'now' : ever ? { until: at } : 'never';

/**
 * A level rule is planned once the standing of its audience is known, member or not. Its constants hold for members;
 * for one who has left they stay what they last were, which is a function of the view too, so that a late "realized"
 * ends in the same row as a timely one.
 */
function bidLevels(hall: Hall, rules: CompiledRules): void {
  if (rules.levels.size === 0) return;
  for (const [key, standing] of hall.sight.view.standing) {
    const levels = rules.levels.get(key);
    if (levels === undefined) continue;
    const occasion = { constants: holding(standing), at: 0, since: standing.at };
    for (const rule of levels) {
      bid(hall, rule, standing.member ? rule.causes.member : rule.causes.outside, occasion);
    }
  }
}

function bidEdges(hall: Hall, transitions: readonly Transition[]): void {
  for (const { audience, change, at } of transitions) {
    const occasion: Occasion = { constants: 'now', at, since: 0 };
    for (const rule of audience.rules[change]) bid(hall, rule, rule.causes[change], occasion);
  }
}

/**
 * Lets every rule that has something to say bid for the fields of its rows. Rows come in the order of the first rule that
 * wants them, not of the standing, which is the order in which audiences were heard of.
 */
export function collectBids(
  sight: Sight,
  transitions: readonly Transition[],
  rules: CompiledRules,
): readonly Building[] {
  const hall: Hall = { rows: [], sight };
  bidLevels(hall, rules);
  bidEdges(hall, transitions);
  return hall.rows.length < 2
    ? hall.rows
    : hall.rows.sort((a, b) => a.order - b.order || a.row.index - b.row.index);
}
