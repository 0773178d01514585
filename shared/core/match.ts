import { type Auction, type Building, bid, type Holding, type Occasion } from './bids.js';
import type { CompiledAction, CompiledRule, CompiledRules, CompiledSend } from './compiled.js';
import { completes, isInside, latest, pastOf } from './quantity.js';
import type { Sight } from './scope.js';
import type { Transition } from './view.js';

/** An event-like action that is due. */
export interface Due {
  readonly send: CompiledSend;
  readonly rule: CompiledRule;
  readonly edge: Transition;
}

/** All that rules want of one person. */
export interface Wanted {
  readonly rows: readonly Building[];
  readonly sends: readonly Due[];
}

/** A rule that has something to say. */
export interface Speech {
  readonly rule: CompiledRule;
  readonly actions: readonly CompiledAction[];
  readonly cause: string;
  readonly occasion: Occasion;
  /** Set when the rule speaks because of an edge. */
  readonly edge?: Transition;
  /** Whether its condition is fulfilled: then its `stop` counts. */
  readonly matched: boolean;
  /** It was decided on an earlier record, the rules that stop others there included: none of today's stops it. */
  readonly decided?: boolean;
}

/** Where the rules bid for one person. */
interface Hall extends Auction {
  readonly sends: Due[];
  /** Where some rule stops others: speeches wait until all are known, and are held in the order of the file. */
  readonly waiting: Speech[] | undefined;
}

/** An exit of somebody never seen makes nothing happen, nor does a membership that was old when first seen. */
export const isDue = ({ backfill }: CompiledRule, edge: Transition): boolean =>
  edge.change === 'changed' || !(edge.first && (edge.change === 'left' || (edge.backfill && !backfill)));

function hold(hall: Hall, { rule, actions, cause, occasion, edge }: Speech): void {
  bid(hall, rule.order, actions, cause, occasion);
  if (edge && isDue(rule, edge)) for (const send of rule.sends) hall.sends.push({ send, rule, edge });
}

function speak(hall: Hall, speech: Speech): void {
  if (hall.waiting) hall.waiting.push(speech);
  else hold(hall, speech);
}

/**
 * A level rule is planned once the standing of its audience is known, member or not. Without a condition its constants
 * hold for members; for one who has left they stay what they last were, which is a function of the view too, so that a
 * late "realized" ends in the same row as a timely one. With `otherwise` that speaks instead.
 */
function speakOfLevel(hall: Hall, rule: CompiledRule): void {
  const { view } = hall.sight;
  const inside = isInside(rule, view);
  const fits = rule.judge?.holds(hall.sight) ?? true;
  const since = latest(rule, view);
  const matched = inside && fits;
  if (matched || rule.otherwise) {
    const [actions, cause] = matched
      ? [rule.actions, rule.causes.member]
      : [rule.otherwise ?? [], rule.causes.outside];
    speak(hall, { rule, actions, cause, occasion: { constants: 'now', at: 0, since }, matched });
  } else if (fits) {
    const occasion = { constants: pastOf(rule, view), at: 0, since };
    speak(hall, { rule, actions: rule.actions, cause: rule.causes.outside, occasion, matched });
  }
}

function bidLevels(hall: Hall, rules: CompiledRules): void {
  if (rules.levels.size === 0) return;
  const { standing: standings } = hall.sight.view;
  for (const [key, standing] of standings) {
    const levels = rules.levels.get(key);
    if (levels === undefined) continue;
    const constants: Holding = standing.member ? 'now' : standing.ever ? { until: standing.at } : 'never';
    const occasion = { constants, at: 0, since: standing.at };
    for (const rule of levels) {
      if (rule.plain && !hall.waiting) {
        bid(
          hall,
          rule.order,
          rule.actions,
          standing.member ? rule.causes.member : rule.causes.outside,
          occasion,
        );
        continue;
      }
      // A rule about several audiences speaks once: at the first of them that is known.
      const first = rule.audiences.find((audience) => standings.has(audience.key));
      if (first?.key === key) speakOfLevel(hall, rule);
    }
  }
}

/** What was known when an edge was made that has been overtaken since: what happens because of it tells of then. */
export function sightOf(edge: Transition, sight: Sight): Sight {
  if (edge.change === 'changed' || !edge.overtaken) return sight;
  const then = { at: edge.at, member: edge.change !== 'left', ever: true };
  const standing = new Map(sight.view.standing).set(edge.audience.key, then);
  return { ...sight, view: { ...sight.view, standing } };
}

/** The rules about an edge. */
export const rulesAbout = (edge: Transition, { changes }: CompiledRules): readonly CompiledRule[] =>
  edge.change === 'changed' ? (changes.get(edge.path) ?? []) : edge.audience.rules[edge.change];

function bidEdges(hall: Hall, transitions: readonly Transition[], rules: CompiledRules): void {
  for (const edge of transitions) {
    const { change, at } = edge;
    // What came after an edge that was overtaken outweighs it, wherever it stands in the file.
    const isPast = change !== 'changed' && edge.overtaken === true;
    const occasion: Occasion = { constants: isPast ? { until: at } : 'now', at, since: 0 };
    const sight = sightOf(edge, hall.sight);
    for (const rule of rulesAbout(edge, rules)) {
      const decided = edge.decided?.[rule.id];
      if (!(decided ?? completes(rule, edge, transitions, sight.view))) continue;
      if (decided === undefined && rule.judge && !rule.judge.holds(sight)) continue;
      speak(hall, {
        rule,
        actions: rule.actions,
        cause: rule.causes[change],
        occasion,
        edge,
        matched: !isPast && !decided,
        ...(decided && { decided }),
      });
    }
  }
}

/** Puts speeches in the order of the file; gives the place of the first rule that matched and stops, if there is one. */
function stopOf(waiting: Speech[]): number {
  waiting.sort((a, b) => a.rule.order - b.rule.order);
  return waiting.find(({ rule, matched }) => rule.stop && matched)?.rule.order ?? Number.POSITIVE_INFINITY;
}

/** Holds the waiting speeches in the order of the file, up to the first rule that matched and stops. */
function holdInOrder(hall: Hall, waiting: Speech[]): void {
  const last = stopOf(waiting);
  for (const speech of waiting) if (speech.decided || speech.rule.order <= last) hold(hall, speech);
}

/** Rows in the order of the first rule that wants them, not of the standing: audiences are heard of in any order. */
const inOrder = (rows: Building[]): Building[] =>
  rows.length < 2 ? rows : rows.sort((a, b) => a.order - b.order || a.row.index - b.row.index);

/** Lets every rule that has something to say bid for the fields of its rows, and collects what is to be sent. */
export function collectBids(sight: Sight, transitions: readonly Transition[], rules: CompiledRules): Wanted {
  const hall: Hall = { rows: [], sends: [], sight, waiting: rules.hasStop ? [] : undefined };
  bidLevels(hall, rules);
  bidEdges(hall, transitions, rules);
  if (hall.waiting) holdInOrder(hall, hall.waiting);
  return { rows: inOrder(hall.rows), sends: hall.sends };
}

/** What rules would say, in the order of the file, and the place of the rule that stopped those after it. */
export interface Hearing {
  readonly speeches: readonly Speech[];
  /** Infinity when none did. */
  readonly stop: number;
}

/** What {@link collectBids} hears, for those who want to know why it comes to what it comes to. */
export function hearRules(sight: Sight, transitions: readonly Transition[], rules: CompiledRules): Hearing {
  const waiting: Speech[] = [];
  const hall: Hall = { rows: [], sends: [], sight, waiting };
  bidLevels(hall, rules);
  bidEdges(hall, transitions, rules);
  return { stop: stopOf(waiting), speeches: waiting };
}

/** What is heard of edges alone; of levels only where they may stop what is about edges. */
export const hearEdges = (sight: Sight, transitions: readonly Transition[], rules: CompiledRules): Hearing =>
  hearRules(sight, transitions, rules.hasStop ? rules : { ...rules, levels: new Map() });

/** What is wanted for somebody whose consent says no. */
export function collectOptOut(sight: Sight, rules: CompiledRules): Wanted {
  const hall: Hall = { rows: [], sends: [], sight, waiting: undefined };
  bid(hall, rules.rules.length, rules.optOut, 'consent withdrawn', { constants: 'now', at: 0, since: 0 });
  return { rows: inOrder(hall.rows), sends: [] };
}
