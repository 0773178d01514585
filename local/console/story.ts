import type { Judged, JudgedRecord } from '../../shared/core/judged.js';
import type { Delivery, Ending, Message } from '../../shared/core/ports.js';
import type { Transition } from '../../shared/core/view.js';
import type { Row } from './told.js';

/** One attempt at a record. */
export interface Try {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly ending: Ending;
  /** It came out of the retry queue or of the dead letters. */
  readonly replayed: boolean;
}

/** One record among those that were judged together. */
export interface OneJudged {
  readonly of: Judged;
  readonly record: JudgedRecord;
}

/** What is known of a record besides its row, while it is kept. Carries personal values. */
export interface Story {
  readonly message: Message;
  /** What its first attempt was judged by; undefined for who was not. */
  readonly judged: OneJudged | undefined;
  readonly deliveries: readonly Delivery[];
  /** Oldest first; of very many the first and the latest. */
  readonly tries: readonly Try[];
}

/** What was told of a message before it ended. */
export interface Told {
  readonly message: Message;
  readonly source: string;
  readonly replayed: boolean;
  /** When it ended, epoch milliseconds. */
  readonly at: number;
  /** By index of the record. */
  readonly judged: ReadonlyMap<number, OneJudged>;
  readonly deliveries: readonly Delivery[];
  /** Names the rule of a cause. */
  readonly ruleOf: (cause: string) => string;
}

const MOST_TRIES = 50;

const edgeText = (edge: Transition): string =>
  edge.change === 'changed' ? `changed ${edge.path}` : `${edge.change} ${edge.audience.name}`;

const added = (tries: readonly Try[], one: Try): readonly Try[] =>
  tries.length < MOST_TRIES ? [...tries, one] : [...tries.slice(0, 1), ...tries.slice(2), one];

/** What was sent for the person of a record: others may be in the same message. */
function deliveriesFor(record: number, { judged, deliveries }: Told): readonly Delivery[] {
  const person = judged.get(record)?.of.person;
  return deliveries.filter((delivery) => delivery.person === person);
}

/** The row of a record after an attempt; `n` is its place when it has none yet. */
export function rowAfter(known: Row | undefined, n: number, record: number, ending: Ending, told: Told): Row {
  const { message, ruleOf } = told;
  const deliveries = deliveriesFor(record, told);
  const judged = told.judged.get(record);
  const person = judged?.of.person ?? known?.person;
  const edges = judged?.record.edges.map(edgeText) ?? [];
  const rules = deliveries.flatMap(({ causes }) => causes.map(ruleOf));
  return {
    n: known?.n ?? n,
    id: message.id,
    record,
    source: told.source,
    at: message.at,
    ended: told.at,
    ending: ending.name,
    tries: (known?.tries ?? 0) + 1,
    ...(ending.fault && { code: ending.fault.code }),
    ...(person !== undefined && { person }),
    ...(ending.connection !== undefined && { connection: ending.connection }),
    // An attempt after one that was taken in makes none of its own.
    edges: edges.length > 0 ? edges : (known?.edges ?? []),
    rules: [...new Set([...(known?.rules ?? []), ...rules])],
    actions: (known?.actions ?? 0) + deliveries.length,
  };
}

/** The story of a record after an attempt. */
export function storyAfter(known: Story | undefined, record: number, ending: Ending, told: Told): Story {
  const judged = told.judged.get(record);
  return {
    message: known?.message ?? told.message,
    judged: known?.judged ?? judged,
    deliveries: [...(known?.deliveries ?? []), ...deliveriesFor(record, told)],
    tries: added(known?.tries ?? [], { at: told.at, ending, replayed: told.replayed }),
  };
}
