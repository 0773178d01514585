import { Fault } from '../../core/fault.js';
import { type Meaning, placeOf } from './column-meaning.js';
import type { ShapeOptions } from './file-shape.js';
import { shownName } from './long-names.js';
import { NO_AUDIENCE } from './member-cells.js';
import type { Column } from './row-body.js';
import type { Vocabulary } from './vocabulary.js';

const refused = (why: string): Fault => new Fault('file.refused', why);

/** A key that a column could be about. */
const isKey = (meaning: Meaning, { keys }: Vocabulary): boolean =>
  keys.some((key) => {
    if (key.kind === 'identity')
      return meaning.kind === 'map'
        ? meaning.member === 'identityMap'
        : meaning.kind === 'identity' && meaning.namespace.toLowerCase() === key.namespace;
    if (meaning.kind !== 'attribute') return false;
    const path = key.path.steps.filter((step) => typeof step === 'string').join('.');
    return path === meaning.path || path.startsWith(`${meaning.path}.`);
  });

/** Two columns that are about one thing, of which nobody could tell which is right. */
function collision(columns: readonly Column[]): Fault | undefined {
  const places = new Map<string, string>();
  for (const { header, meaning } of columns) {
    const place = placeOf(meaning);
    const other = place === undefined ? undefined : places.get(place);
    if (other !== undefined)
      return refused(
        `the columns ${shownName(other)} and ${shownName(header)} are both about ${place}; write { ${shownName(header)}: ignore } or where it belongs under columns`,
      );
    if (place !== undefined) places.set(place, header);
  }
  return undefined;
}

/** The names of columns are not told: where a header is missing, they are somebody's values. */
function keyless(columns: readonly Column[], vocabulary: Vocabulary): Fault | undefined {
  if (columns.some(({ meaning }) => isKey(meaning, vocabulary))) return undefined;
  const keys = vocabulary.keys.map(({ text }) => text).join(', ');
  return refused(
    `no column is known as one of person.key (${keys}), so nobody could be found by it; say under columns which one is, and look whether the file has a header and the delimiter is right`,
  );
}

/** How people call the column that says whether somebody is a member. */
const STATUS = /^(?:segment|audience|membership|segmentmembership)?status$/;

/** A column of a status that nothing reads, where no other says who has left: each leaver would be taken for a member. */
function unreadStatus(columns: readonly Column[]): Fault | undefined {
  const isSaid = columns.some(
    ({ meaning }) =>
      meaning.kind === 'status' || (meaning.kind === 'map' && meaning.member === 'segmentMembership'),
  );
  const unread = columns.find(
    ({ header, meaning }) =>
      meaning.kind === 'unknown' && STATUS.test(header.toLowerCase().replace(/[^a-z]/g, '')),
  );
  if (isSaid || !unread) return undefined;
  const name = shownName(unread.header);
  return refused(
    `nothing reads the column ${name}, and no other says who has left, so everybody in the file would count as a member; write ${name}: status under columns of its entry in files, or ${name}: ignore if it is about something else`,
  );
}

function nameless(
  columns: readonly Column[],
  { rule, audience }: Pick<ShapeOptions, 'rule' | 'audience'>,
): Fault | undefined {
  const meanings = columns.map(({ meaning }) => meaning);
  const wanted = typeof rule.audience === 'object' ? rule.audience.column : undefined;
  if (wanted !== undefined && !meanings.some(({ kind }) => kind === 'audience'))
    return refused(`it has no column ${shownName(wanted)}, which should name the audience of each row`);
  const isNamed = meanings.some(
    (meaning) =>
      meaning.kind === 'audience' ||
      (meaning.kind === 'map' && meaning.member === 'segmentMembership') ||
      ((meaning.kind === 'status' || meaning.kind === 'time') && meaning.of !== 'own'),
  );
  return audience || isNamed ? undefined : refused(NO_AUDIENCE);
}

/** Why a file of these columns cannot be meant, if it cannot. One without any has no rows. */
export function refusalOf(
  columns: readonly Column[],
  options: Pick<ShapeOptions, 'rule' | 'audience' | 'vocabulary'>,
): Fault | undefined {
  if (columns.length === 0) return undefined;
  return (
    collision(columns) ??
    keyless(columns, options.vocabulary) ??
    unreadStatus(columns) ??
    nameless(columns, options)
  );
}
