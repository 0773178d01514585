import { Fault } from '../../core/fault.js';
import { plural } from '../../core/plural.js';
import { isStatus, STATUSES } from '../../core/profile.js';
import { parseTime } from '../../core/time.js';
import { isSilent, wordOf } from './cell-value.js';
import type { AudienceKey } from './known-audiences.js';
import { shownName } from './long-names.js';
import { type About, type Body, type Cells, type Column, objectAt } from './row-body.js';

/** What is said where nothing tells the audience. */
export const NO_AUDIENCE =
  'nothing says which audience the rows are about: no column, no part of the name; write audience: NAME into its entry in "files", or a match with %SEGMENT_ID% or %SEGMENT_NAME%';

/** A status column of a named audience, and the column of its time if there is one. */
interface Named {
  readonly of: AudienceKey;
  readonly status: string | undefined;
  readonly time: string | undefined;
}

function namedOf(columns: readonly Column[]): readonly Named[] {
  const found = new Map<string, { of: AudienceKey; status: string | undefined; time: string | undefined }>();
  for (const { header, meaning } of columns) {
    if ((meaning.kind !== 'status' && meaning.kind !== 'time') || meaning.of === 'own') continue;
    const { of, kind } = meaning;
    const name = `${of.namespace}/${of.id}`;
    const one = found.get(name) ?? { of, status: undefined, time: undefined };
    one[kind] = header;
    found.set(name, one);
  }
  return [...found.values()];
}

const ownHeader = (columns: readonly Column[], kind: 'status' | 'time' | 'audience'): string | undefined =>
  columns.find(({ meaning }) => meaning.kind === kind && (!('of' in meaning) || meaning.of === 'own'))
    ?.header;

/** What kind of value a cell holds, without the value. */
function kindOf(cell: unknown): string {
  if (typeof cell === 'string')
    return /^\d+$/.test(cell) ? 'a number' : `a text of ${plural(cell.length, 'character')}`;
  if (typeof cell === 'boolean') return 'true or false';
  if (typeof cell === 'object') return Array.isArray(cell) ? 'a list' : 'an object';
  return `a ${typeof cell}`;
}

const WORDS = Object.keys(STATUSES).join(', ');

/** What is wrong with the cells of a status and a time that are not silent, by their columns: the decoder knows none. */
function faultIn({ status, time }: Omit<Named, 'of'>, said: unknown, at: unknown): Fault | undefined {
  const held = (header: string, cell: unknown): string => `column ${shownName(header)} holds ${kindOf(cell)}`;
  if (status !== undefined && !isStatus(said))
    return new Fault('decode.status', `${held(status, said)}, which is no status; they are ${WORDS}`);
  if (time !== undefined && !isSilent(at) && parseTime(at) === undefined)
    return new Fault('decode.time', `${held(time, at)}, which is no time such as 2026-09-01T02:00:00Z`);
  return undefined;
}

/** Writes the memberships of a row; gives what is wrong with it. */
export function memberReader(
  columns: readonly Column[],
  about: About,
): (cells: Cells, body: Body) => Fault | undefined {
  const named = namedOf(columns);
  const own = { status: ownHeader(columns, 'status'), time: ownHeader(columns, 'time') };
  const audience = ownHeader(columns, 'audience');
  const hasMap = columns.some(
    ({ meaning }) => meaning.kind === 'map' && meaning.member === 'segmentMembership',
  );
  const cellOf = (cells: Cells, header: string | undefined): unknown =>
    header !== undefined && Object.hasOwn(cells, header) ? wordOf(cells[header]) : undefined;
  const put = (body: Body, { namespace, id }: AudienceKey, said: unknown, at: unknown): void => {
    // No audience has such an id, and an object no such member.
    if (id === '__proto__') return;
    const membership = { lastQualificationTime: isSilent(at) ? about.time : at, status: said };
    objectAt(body, ['segmentMembership', namespace])[id] = membership;
  };
  const assert = (one: Named, cells: Cells, body: Body): Fault | undefined => {
    const said = one.status === undefined ? 'realized' : cellOf(cells, one.status);
    if (isSilent(said)) return undefined;
    const at = cellOf(cells, one.time);
    put(body, one.of, said, at);
    return faultIn(one, said, at);
  };
  const ownOf = (cells: Cells): AudienceKey | undefined => {
    const cell = cellOf(cells, audience);
    return isSilent(cell) ? about.audience : about.audienceOf(String(cell));
  };
  // Where rows bring their own columns another row may say it; the file as a whole has been judged.
  const isSpoken = about.isOpen || named.length > 0 || hasMap || audience !== undefined;
  return (cells, body) => {
    for (const one of named) {
      // Neither a status nor a time: nothing is said of that audience.
      if (one.status === undefined && isSilent(cellOf(cells, one.time))) continue;
      const fault = assert(one, cells, body);
      if (fault) return fault;
    }
    const of = ownOf(cells);
    if (of === undefined) return isSpoken ? undefined : new Fault('decode.shape', NO_AUDIENCE);
    const isUnsaid = own.status === undefined || (about.isOpen && !Object.hasOwn(cells, own.status));
    return assert({ of, time: own.time, status: isUnsaid ? undefined : own.status }, cells, body);
  };
}
