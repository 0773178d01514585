import { toAction } from '../core/action.js';
import type { Connector } from '../core/remote.js';
import type { Send } from './waves.js';

/** Requests of one group so far; only the last of them may still take rows. */
interface Chunks {
  readonly all: Send[][];
  lastBytes: number;
}

const encoder = new TextEncoder();

const bytesOf = ({ action }: Send): number => encoder.encode(JSON.stringify(toAction(action))).length;

/** How much one request takes. */
type Limits = Pick<Connector, 'maxRows' | 'maxBytes'>;

const rowsAtOnce = (connector: Connector, first: Send | undefined): number =>
  (first && connector.rowsAtOnce?.(first.action)) ?? connector.maxRows;

/** What a request of a group so large takes. */
function limitsOf(group: readonly Send[], connector: Connector | undefined): Limits {
  const [first] = group;
  const { bulk } = connector ?? {};
  const isBulk = first && bulk?.operations.includes(first.action.operation) && group.length >= bulk.from;
  return (
    (isBulk ? bulk : connector && { ...connector, maxRows: rowsAtOnce(connector, first) }) ?? { maxRows: 1 }
  );
}

function put(send: Send, chunks: Chunks, { maxRows, maxBytes }: Limits): void {
  const bytes = maxBytes === undefined ? 0 : bytesOf(send);
  const last = chunks.all.at(-1);
  if (last && last.length < maxRows && chunks.lastBytes + bytes <= (maxBytes ?? 0)) {
    last.push(send);
    chunks.lastBytes += bytes;
    return;
  }
  chunks.all.push([send]);
  chunks.lastBytes = bytes;
}

/** Cuts rows that are alike into requests no larger than their connector takes. */
export function chunksOf(group: readonly Send[], connector: Connector | undefined): Send[][] {
  const chunks: Chunks = { all: [], lastBytes: 0 };
  const limits = limitsOf(group, connector);
  for (const send of group) put(send, chunks, limits);
  return chunks.all;
}
