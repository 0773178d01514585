import { bad, Fault, ok, type Result } from '../../core/fault.js';
import { proposal, quote } from '../../core/names.js';
import { headerMeaning, type Meaning, placeOf, targetMeaning } from './column-meaning.js';
import type { FileRule } from './file-rule.js';
import type { AudienceKey } from './known-audiences.js';
import { type About, type Column, NO_AUDIENCE, rowReader } from './row-shape.js';
import type { Vocabulary } from './vocabulary.js';

type Cells = Readonly<Record<string, unknown>>;

/** What the rows of one file are. */
export interface FileShape {
  /** The audience of rows that name none themselves. */
  readonly audience: AudienceKey | undefined;
  /** The time of the file, epoch milliseconds: of the rows as messages, and of memberships that carry none. */
  readonly at: number;
  /** Makes the cells of a row a profile export, as the decoder takes it; `decode.shape` when a cell is not what its column says. */
  body(cells: Cells): Result<Record<string, unknown>>;
  /** Takes notice of the members of a row, where a file has no columns of its own (JSON): for `refusal` and `notes`. */
  look(cells: Cells): void;
  /** Why the file should be refused as a whole, `file.refused`, as far as its columns are known. */
  refusal(): Fault | undefined;
  /** What the report should say of the columns, in sentences; no values. */
  notes(): readonly string[];
}

/** Members that a row of JSON may bring, before no more are looked at: nobody maps so many. */
const MOST_COLUMNS = 10_000;

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

const isAbout = (meaning: Meaning, audience: AudienceKey | undefined): boolean =>
  (meaning.kind === 'status' || meaning.kind === 'time') &&
  meaning.of !== 'own' &&
  meaning.of.id === audience?.id &&
  meaning.of.namespace === audience.namespace;

/** Columns, as they become known. */
class Shape implements FileShape {
  readonly audience: AudienceKey | undefined;
  readonly at: number;
  private readonly rule: FileRule;
  private readonly vocabulary: Vocabulary;
  private readonly about: About;
  private readonly columns = new Map<string, Column>();
  private read: ((cells: Cells) => Result<Record<string, unknown>>) | undefined;

  constructor(rule: FileRule, vocabulary: Vocabulary, about: About, at: number) {
    this.rule = rule;
    this.vocabulary = vocabulary;
    this.about = about;
    this.audience = about.audience;
    this.at = at;
  }

  /** Takes notice of a column; gives whether it was new. */
  add(header: string): void {
    if (this.columns.has(header) || this.columns.size >= MOST_COLUMNS) return;
    const meaning = this.meaningOf(header);
    // A column of the file's own audience is like one that names none.
    const own = isAbout(meaning, this.audience) ? { ...meaning, of: 'own' as const } : meaning;
    this.columns.set(header, { header, meaning: own as Meaning }); // a status or time, of another audience
    this.read = undefined;
  }

  private meaningOf(header: string): Meaning {
    const { columns, audience } = this.rule;
    const target = Object.hasOwn(columns, header) ? columns[header] : undefined;
    if (target) return targetMeaning(target, this.vocabulary);
    if (typeof audience === 'object' && audience.column === header) return { kind: 'audience' };
    return headerMeaning(header, this.vocabulary);
  }

  look(cells: Cells): void {
    for (const header in cells) this.add(header);
  }

  body(cells: Cells): Result<Record<string, unknown>> {
    this.look(cells);
    this.read ??= rowReader(this.meant(), this.about);
    return this.read(cells);
  }

  private isDeclared(header: string): boolean {
    return Object.hasOwn(this.rule.columns, header);
  }

  /** Columns without those that a declared one takes the place of. */
  private meant(): readonly Column[] {
    const taken = new Set(
      [...this.columns.values()].flatMap(({ header, meaning }) =>
        this.isDeclared(header) ? (placeOf(meaning) ?? []) : [],
      ),
    );
    return [...this.columns.values()].filter(
      ({ header, meaning }) => this.isDeclared(header) || !taken.has(placeOf(meaning) ?? ''),
    );
  }

  refusal(): Fault | undefined {
    if (this.columns.size === 0) return undefined;
    return this.collision() ?? this.keyless() ?? this.nameless();
  }

  private collision(): Fault | undefined {
    const places = new Map<string, string>();
    for (const { header, meaning } of this.meant()) {
      const place = placeOf(meaning);
      const other = place === undefined ? undefined : places.get(place);
      if (other !== undefined)
        return refused(
          `the columns ${quote(other)} and ${quote(header)} are both about ${place}; write { ${quote(header)}: ignore } or where it belongs under columns`,
        );
      if (place !== undefined) places.set(place, header);
    }
    return undefined;
  }

  private keyless(): Fault | undefined {
    if (this.meant().some(({ meaning }) => isKey(meaning, this.vocabulary))) return undefined;
    const keys = this.vocabulary.keys.map(({ text }) => text).join(', ');
    return refused(
      `no column is known as one of person.key (${keys}), so nobody could be found by it; say under columns which one is, and look whether the file has a header and the delimiter is right`,
    );
  }

  private nameless(): Fault | undefined {
    const { audience } = this.rule;
    const meanings = this.meant().map(({ meaning }) => meaning);
    if (typeof audience === 'object' && !meanings.some(({ kind }) => kind === 'audience'))
      return refused(`it has no column ${quote(audience.column)}, which should name the audience of each row`);
    const isNamed = meanings.some(
      (meaning) =>
        meaning.kind === 'audience' ||
        (meaning.kind === 'map' && meaning.member === 'segmentMembership') ||
        ((meaning.kind === 'status' || meaning.kind === 'time') && meaning.of !== 'own'),
    );
    return this.audience || isNamed ? undefined : refused(NO_AUDIENCE);
  }

  notes(): readonly string[] {
    const headers = [...this.columns.keys()];
    const missing = Object.keys(this.rule.columns).filter((header) => !this.columns.has(header));
    const unknown = [...this.columns.values()].filter(({ meaning }) => meaning.kind === 'unknown');
    const unread = unknown.filter(({ meaning }) => !('choices' in meaning)).map(({ header }) => quote(header));
    return [
      ...(unread.length > 0 ? [`read by no rule: the columns ${unread.slice(0, 50).join(', ')}`] : []),
      ...unknown.flatMap(({ header, meaning }) =>
        'choices' in meaning
          ? [`the column ${quote(header)} may be ${meaning.choices?.join(' or ')}; say under columns which it is`]
          : [],
      ),
      ...missing.map((header) => {
        const meant = proposal(header, headers);
        return `there is no column ${quote(header)}, of which the rule speaks${meant ? `; ${meant}` : ''}`;
      }),
      ...(this.audience && !this.vocabulary.audiences.isDeclared(this.audience)
        ? [`no rule is about the audience of this file, ${this.audience.namespace}/${this.audience.id}`]
        : []),
    ];
  }
}

const refused = (why: string): Fault => new Fault('file.refused', why);

/** The parts of a shape that are known before any column is. */
export interface ShapeOptions {
  readonly rule: FileRule;
  readonly vocabulary: Vocabulary;
  readonly audience: AudienceKey | undefined;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * The shape of a file with these columns, or of one whose rows each name their own (`undefined`). Bad (`file.refused`) when such a
 * file cannot be meant: no column for a key, nothing that tells the audience, two columns about one thing.
 */
export function fileShape(
  { rule, vocabulary, audience, at }: ShapeOptions,
  columns: readonly string[] | undefined,
): Result<FileShape> {
  const { audiences } = vocabulary;
  const about: About = {
    audience,
    time: new Date(at).toISOString(),
    audienceOf: (cell) => audiences.read(cell),
  };
  const shape = new Shape(rule, vocabulary, about, at);
  for (const header of columns ?? []) shape.add(header);
  const fault = shape.refusal();
  return fault ? bad(fault.code, fault.message) : ok(shape);
}
