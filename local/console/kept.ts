import type { Doubt, KeptMessage, Reason, RetryQueue } from '../../shared/core/kept.js';
import type { Clock, Pipeline } from '../../shared/core/ports.js';
import { emptyTally, replayKept } from '../../shared/pipeline/replay-kept.js';
import type { Shelf, Visited } from '../../shared/stores/shelf.js';
import { bodyView } from './body-view.js';
import type { KeptList, KeptView, ReplayView } from './views.js';

/** Where messages are kept, and what works them off. */
export interface KeptPlaces {
  readonly parking: Shelf & RetryQueue;
  readonly letters: Shelf;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
}

/** What is to be tried again: one by its ref, or all of a place. */
export interface ReplayAsk {
  readonly place: KeptView['place'];
  readonly ref?: string | undefined;
}

/** Kept messages of one place that are shown. */
const MOST = 250;
/** Records a second: a machine of one's own is not to be spared. */
const RATE = 2_000;

const doubtText = ({ connection, object, causes = [], overtaken }: Doubt): string =>
  [
    `${connection} (${object})`,
    ...causes,
    ...(overtaken ? ['overtaken: a replay does not send it'] : []),
  ].join(', ');

const besideText = ({ fault, remote }: Reason): string =>
  remote ? `${fault.message}: ${remote.text}` : fault.message;

function keptView(ref: string, place: KeptView['place'], kept: KeptMessage): KeptView {
  const { message, record, fault, remote, doubts = [], beside, person, at, attempts = 1 } = kept;
  return {
    ref,
    place,
    code: fault.code,
    text: fault.message,
    remote,
    doubts: doubts.map(doubtText),
    beside: beside && besideText(beside),
    source: message.source,
    id: message.id,
    record,
    person,
    at,
    attempts,
    body: bodyView(message.body),
  };
}

async function* visited(shelf: Shelf): AsyncGenerator<Visited> {
  for await (const some of shelf.visit()) yield* some;
}

async function newest(shelf: Shelf, place: KeptView['place']): Promise<readonly KeptView[]> {
  const all: { ref: string; kept: KeptMessage }[] = [];
  for await (const { ref, found } of visited(shelf)) if (found.ok) all.push({ ref, kept: found.value });
  all.sort((a, b) => b.kept.at - a.kept.at);
  return all.slice(0, MOST).map(({ ref, kept }) => keptView(ref, place, kept));
}

/** How many are kept in each place. */
export async function keptTotals({
  parking,
  letters,
}: KeptPlaces): Promise<{ parked: number; letters: number }> {
  return { parked: (await parking.total()) ?? 0, letters: (await letters.total()) ?? 0 };
}

/** What is kept, newest first. */
export async function keptList(places: KeptPlaces): Promise<KeptList> {
  const parked = await newest(places.parking, 'parked');
  const letters = await newest(places.letters, 'letters');
  return { ...(await keptTotals(places)), items: [...parked, ...letters] };
}

/** Tries kept messages again at once. What cannot be settled stays where it is. */
export async function replay(
  { place, ref }: ReplayAsk,
  { parking, letters, pipeline, clock }: KeptPlaces,
  stop: AbortSignal,
): Promise<ReplayView> {
  const tally = emptyTally();
  const way = { kind: 'here', pipeline } as const;
  const deps = { way, parking, clock, rate: RATE, progress: () => undefined };
  const shelf = place === 'parked' ? parking : letters;
  for await (const some of shelf.visit(ref === undefined ? {} : { ref })) {
    const meant = some.filter((one) => ref === undefined || one.ref === ref);
    if (meant.length > 0) await replayKept(meant, tally, deps, stop);
  }
  const endings = Object.fromEntries(Object.entries(tally.endings).filter(([, count]) => count > 0));
  const { replayed, left, unreadable, stopped } = tally;
  return { replayed, left, unreadable, endings, stopped };
}
