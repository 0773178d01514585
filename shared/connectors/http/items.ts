import * as z from 'zod';
import type { Action, Outcome } from '../../core/remote.js';
import { unknown } from '../wire/outcome.js';
import { presentable } from '../wire/vendor-text.js';
import { codeOf, fromMeaning, HttpErrors, meaningOf, refusal, type Telling } from './errors.js';
import { at, BodyPath, HttpSuccess, verdict } from './success.js';

/** How the answer to a request of many rows says what became of each. */
export const HttpItems = z
  .strictObject({
    items: BodyPath.optional().describe('Path of the list of items; without it the body is the list.'),
    by: z
      .union([
        z.enum(['index', 'name']),
        z.strictObject({ index: BodyPath }),
        z.strictObject({ key: BodyPath }),
      ])
      .default('index')
      .describe(
        'Which row an item is about: index, the nth is; name, members are named by keys; or the path of its index or key.',
      ),
    success: HttpSuccess.optional().describe('What an item must say for its row to be accepted.'),
    errors: HttpErrors.optional().describe('Where an item says what went wrong.'),
    others: z
      .enum(['unknown', 'accepted'])
      .default('unknown')
      .describe('What rows are that no item is about; accepted where an API lists failures only.'),
  })
  .refine(({ success, others }) => success !== undefined || others === 'accepted', {
    error: 'must hold "success", or say "others: accepted" (then every item is a failure)',
  });
export type HttpItems = z.infer<typeof HttpItems>;

/** An item and the row it is about. */
type Placed = readonly [row: number, item: unknown];

function byName(list: unknown, actions: readonly Action[]): readonly Placed[] | undefined {
  if (typeof list !== 'object' || list === null || Array.isArray(list)) return undefined;
  return actions.flatMap(({ key }, row): Placed[] => {
    const [name] = Object.values(key);
    return name !== undefined && Object.hasOwn(list, name) ? [[row, Reflect.get(list, name)]] : [];
  });
}

function rowAt(item: unknown, path: string): number {
  const index = at(item, path);
  return typeof index === 'number' || typeof index === 'string' ? Number(index) : Number.NaN;
}

function byKey(items: readonly unknown[], path: string, actions: readonly Action[]): readonly Placed[] {
  const rows = new Map(actions.map(({ key }, row) => [Object.values(key)[0], row]));
  return items.flatMap((item): Placed[] => {
    const key = at(item, path);
    const row = typeof key === 'string' || typeof key === 'number' ? rows.get(String(key)) : undefined;
    return row === undefined ? [] : [[row, item]];
  });
}

/** Items with their rows; nothing when the list is not what it must be. An item about no row of ours is left out. */
function placed({ by }: HttpItems, list: unknown, actions: readonly Action[]): readonly Placed[] | undefined {
  if (by === 'name') return byName(list, actions);
  if (!Array.isArray(list)) return undefined;
  const items: readonly unknown[] = list;
  // Which row a list of another length leaves out, nobody can tell.
  if (by === 'index')
    return items.length === actions.length ? items.map((item, row) => [row, item]) : undefined;
  if ('key' in by) return byKey(items, by.key, actions);
  return items.map((item) => [rowAt(item, by.index), item]);
}

function fromItem(telling: Telling, { success, errors }: HttpItems, item: unknown): Outcome {
  if (success !== undefined && verdict(success, item ?? null) === 'yes') return { kind: 'accepted' };
  const code = codeOf(errors, item);
  const refused = refusal(telling, errors, item, {
    code: 'HTTP_ITEM',
    text: presentable(JSON.stringify(item ?? null), telling.secrets),
  });
  const meaning = meaningOf(errors, code);
  return meaning === undefined ? refused : fromMeaning(telling, meaning, String(code), refused);
}

const silent = ({ connection }: Telling): Outcome =>
  unknown('remote.unanswered', `"${connection}" did not say what became of this row.`);

/** One outcome per row of a request that was answered: what the items say, and no more. */
export function fromItems(
  telling: Telling,
  answer: HttpItems,
  json: unknown,
  actions: readonly Action[],
): readonly Outcome[] {
  const list = at(json, answer.items);
  const othersAccepted = answer.others === 'accepted';
  // Where only failures are listed, no list is a list without failures, as long as the body is an object at all.
  const none = othersAccepted && list === undefined && typeof json === 'object' && json !== null ? [] : list;
  const found = placed(answer, none, actions);
  const outcomes = new Map<number, Outcome>();
  for (const [row, item] of found ?? []) {
    // An item about a row that cannot be told casts doubt on all that are not mentioned.
    if (!(row >= 0 && row < actions.length && Number.isInteger(row)))
      return actions.map(() => silent(telling));
    outcomes.set(row, outcomes.has(row) ? silent(telling) : fromItem(telling, answer, item));
  }
  const other = (): Outcome =>
    found !== undefined && othersAccepted ? { kind: 'accepted' } : silent(telling);
  return actions.map((_, row) => outcomes.get(row) ?? other());
}
