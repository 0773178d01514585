import * as z from 'zod';
import { json } from '../demo-crm/answer.js';
import type { Answer } from '../vendor-answer.js';
import type { RowWritten } from './crm.js';

/** Where one of the model APIs is, the pager; nothing listens there, requests are handed over in process. */
export const PAGER_HOST = 'pager.example.com';

/** A request to one of them. */
export interface DeskRequest {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** Its `Idempotency-Key`. */
  readonly once: string | undefined;
}

/** Something that was done because of a `send`. */
export interface Done {
  readonly person: string;
  /** When the person entered, ISO 8601. */
  readonly since: string;
  readonly once: string;
}

/** Two APIs: a desk that does a thing once for each idempotency key, and a pager that does whatever it is asked. */
export interface Desk {
  /** Does what is asked; `onRow` hears of every change, or of one that was none. */
  answer(request: DeskRequest, onRow: RowWritten): Answer;
  readonly tasks: ReadonlyMap<string, Done>;
  readonly calls: readonly Done[];
  readonly readers: ReadonlySet<string>;
  /** Key → what its row says of the cart. */
  readonly carts: ReadonlyMap<string, string>;
}

const Sent = z.object({
  fields: z.object({ person: z.string(), since: z.string() }),
  idempotencyKey: z.string(),
});
const Cart = z.object({ Cart: z.string() });

const done = (body: string): Done => {
  const { fields, idempotencyKey } = Sent.parse(JSON.parse(body));
  return { ...fields, once: idempotencyKey };
};

/** Both, with nothing done. */
export function createDesk(): Desk {
  const tasks = new Map<string, Done>();
  const calls: Done[] = [];
  const readers = new Set<string>();
  const carts = new Map<string, string>();

  const task: Desk['answer'] = ({ body, once = '' }, onRow) => {
    const one = done(body);
    const isNew = !tasks.has(once);
    if (isNew) tasks.set(once, one);
    onRow(`Task ${one.once}`, one.person, isNew);
    return json(isNew ? 201 : 200, {});
  };
  const call: Desk['answer'] = ({ body }) => {
    calls.push(done(body));
    return json(201, {});
  };
  const reader: Desk['answer'] = ({ method, path }, onRow) => {
    const key = decodeURIComponent(path.slice('/lists/news/'.length));
    if (method === 'PUT') {
      onRow('Reader#news', key, !readers.has(key));
      readers.add(key);
    } else if (!readers.delete(key)) return json(404, {});
    return json(200, {});
  };
  const cart: Desk['answer'] = ({ path, body }, onRow) => {
    const key = decodeURIComponent(path.slice('/states/'.length));
    const { Cart: value } = Cart.parse(JSON.parse(body));
    onRow('State', key, carts.get(key) !== value);
    carts.set(key, value);
    return json(200, {});
  };
  return {
    answer(request, onRow) {
      if (request.host === PAGER_HOST) return call(request, onRow);
      if (request.path.startsWith('/lists/news/')) return reader(request, onRow);
      return request.path.startsWith('/states/') ? cart(request, onRow) : task(request, onRow);
    },
    tasks,
    calls,
    readers,
    carts,
  };
}
