import type { Resolved } from './address.js';
import { beyondTheEnd, invalidFilter } from './amqp-errors.js';
import type { PartitionLog, PositionField } from './log.js';

/** Key under which a reader's position travels in the source's filter set. */
export const SELECTOR_FILTER = 'apache.org:selector-filter:string';

const FILTER =
  /^\s*amqp\.annotation\.x-opt-(offset|sequence-number|enqueued-time)\s*(>=?)\s*'(-?\d{1,16}|@latest)'\s*$/;

const FIELDS: Readonly<Record<string, PositionField>> = {
  offset: 'offset',
  'sequence-number': 'sequenceNumber',
  'enqueued-time': 'enqueuedAt',
};

/**
 * The sequence number a reader starts at. Without a filter it starts at the end; a position before the oldest
 * retained event means the oldest; one further than the next event is refused, as the service refuses it.
 */
export function startOf(filter: string | undefined, log: PartitionLog): Resolved<number> {
  if (filter === undefined) return { ok: true, value: log.end };
  const [, name = '', comparison, given = ''] = FILTER.exec(filter) ?? [];
  const field = FIELDS[name];
  if (field === undefined || (given === '@latest' && field !== 'offset')) {
    return { ok: false, error: invalidFilter(filter) };
  }
  if (given === '@latest') return { ok: true, value: log.end };
  const value = Number(given);
  if (field === 'offset' && value > log.nextOffset) {
    return { ok: false, error: beyondTheEnd('offset', given, log.last?.offset ?? -1) };
  }
  if (field === 'sequenceNumber' && value > log.end) {
    return { ok: false, error: beyondTheEnd('sequence number', given, log.end - 1) };
  }
  return { ok: true, value: log.find(field, value, comparison === '>=') };
}
