import { Buffer } from 'node:buffer';
import type { KeptMessage } from '../../shared/core/kept.js';
import type { Settlement } from '../../shared/core/ports.js';
import { toMessage } from '../../shared/pipeline/replay.js';
import { decodeKept, decodeWhole } from '../../shared/stores/kept-codec.js';
import { fromText } from '../../shared/stores/kept-text.js';
import { messageName } from './books.js';
import type { Cloud } from './host.js';
import type { QueueItem } from './model-queue.js';
import type { World } from './world.js';

/** A message of a retry queue in the hands of a consumer. */
export interface Taken {
  readonly item: QueueItem;
  /** What it holds; nothing when its bytes are gone, because another delivery of it was settled. */
  readonly kept: KeptMessage | undefined;
}

function read(text: string, objects: ReadonlyMap<string, Uint8Array>): KeptMessage | undefined {
  const decoded = decodeKept(fromText(Buffer.from(text)));
  if (!decoded.ok) return undefined;
  if (decoded.value.kind === 'kept') return decoded.value.kept;
  const bytes = objects.get(decoded.value.claim);
  const whole = bytes && decodeWhole(bytes);
  return whole?.ok ? whole.value : undefined;
}

/** Takes messages that are visible. Now and then a queue hands one message to two consumers. */
export function take(world: World, cloud: Cloud, most: number, hiddenMs: number): Taken[] {
  const { queue, objects } = world.clouds[cloud];
  const items = queue.take(most, hiddenMs);
  for (const { id } of items) if (world.faults.strike('queue.duplicate', `${cloud} queue`)) queue.show(id, 0);
  return items.map((item) => ({ item, kept: read(item.text, objects) }));
}

/** Removes a message that its consumer is done with, and writes down how its record ended, if it did. */
export function finish(
  world: World,
  cloud: Cloud,
  { item, kept }: Taken,
  settlements: ReadonlyMap<string, Settlement>,
): void {
  // Who was handed the same message may have removed it, or put it back for having come early: its record has ended all the same.
  world.clouds[cloud].queue.remove(item.id);
  // What came before its time was put back; if nothing else of its record is settled, the record never ends.
  const settlement = kept && settlements.get(messageName(toMessage(kept)));
  if (kept && settlement?.settled) world.books.replayed(kept, settlement);
}
