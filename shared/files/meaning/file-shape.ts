import { bad, type Fault, ok, type Result } from '../../core/fault.js';
import { headerMeaning, type Meaning, placeOf, targetMeaning } from './column-meaning.js';
import { columnNotes } from './column-notes.js';
import { refusalOf } from './file-refusal.js';
import type { FileRule } from './file-rule.js';
import type { AudienceKey } from './known-audiences.js';
import { MOST_NAME } from './long-names.js';
import type { About, Cells, Column } from './row-body.js';
import { rowReader } from './row-shape.js';
import type { Vocabulary } from './vocabulary.js';

/** What the rows of one file are. */
export interface FileShape {
  /** The audience of rows that name none themselves. */
  readonly audience: AudienceKey | undefined;
  /** The time of the file, epoch milliseconds: of the rows as messages, and of memberships that carry none. */
  readonly at: number;
  /**
   * Makes the cells of a row a profile export, as the decoder takes it; `decode.shape`, `decode.status` or `decode.time` when a cell is
   * not what its column says.
   */
  body(cells: Cells): Result<Record<string, unknown>>;
  /** Takes notice of the members of a row, where a file has no columns of its own (JSON): for `refusal` and `notes`. */
  look(cells: Cells): void;
  /** The members that rows have brought of themselves, the first few hundred; none where the file has columns of its own. */
  seen(): readonly string[];
  /** Why the file should be refused as a whole, `file.refused`, as far as its columns are known. */
  refusal(): Fault | undefined;
  /** What the report should say of the columns, in sentences; no values. */
  notes(): readonly string[];
}

/** Members that a row of JSON may bring, before no more are looked at: nobody maps so many. */
const MOST_COLUMNS = 10_000;

/** Members whose names are kept from one reading to the next, and characters of them: they lie on one page of the store. */
const MOST_SEEN = 500;
const MOST_SEEN_CHARACTERS = 50_000;

const isAbout = (meaning: Meaning, audience: AudienceKey | undefined): boolean =>
  (meaning.kind === 'status' || meaning.kind === 'time') &&
  meaning.of !== 'own' &&
  meaning.of.id === audience?.id &&
  meaning.of.namespace === audience.namespace;

/** Columns, as they become known. */
class Shape implements FileShape {
  readonly audience: AudienceKey | undefined;
  readonly at: number;
  private readonly options: ShapeOptions;
  private readonly about: About;
  private readonly columns = new Map<string, Column>();
  private read: ((cells: Cells) => Result<Record<string, unknown>>) | undefined;

  constructor(options: ShapeOptions, about: About) {
    this.options = options;
    this.about = about;
    this.audience = options.audience;
    this.at = options.at;
  }

  /** Takes notice of a column. */
  add(header: string): void {
    // A name that nobody would give is nothing that rules read: it is not even remembered.
    if (header.length > MOST_NAME || this.columns.has(header) || this.columns.size >= MOST_COLUMNS) return;
    const meaning = this.meaningOf(header);
    // A column of the file's own audience is like one that names none.
    const own = isAbout(meaning, this.audience) ? { ...meaning, of: 'own' as const } : meaning;
    this.columns.set(header, { header, meaning: own as Meaning }); // a status or time, of another audience
    this.read = undefined;
  }

  private meaningOf(header: string): Meaning {
    const { columns, audience } = this.options.rule;
    const target = Object.hasOwn(columns, header) ? columns[header] : undefined;
    if (target) return targetMeaning(target, this.options.vocabulary);
    if (typeof audience === 'object' && audience.column === header) return { kind: 'audience' };
    return headerMeaning(header, this.options.vocabulary);
  }

  look(cells: Cells): void {
    for (const header in cells) this.add(header);
  }

  body(cells: Cells): Result<Record<string, unknown>> {
    if (this.about.isOpen) this.look(cells);
    this.read ??= rowReader(this.meant(), this.about);
    return this.read(cells);
  }

  private isDeclared(header: string): boolean {
    return Object.hasOwn(this.options.rule.columns, header);
  }

  /** What the rule declares: of the columns of the file, or of those of any row where rows bring their own. */
  private declared(): readonly Meaning[] {
    const { rule, vocabulary } = this.options;
    const targets = Object.entries(rule.columns);
    const own = this.about.isOpen ? targets : targets.filter(([header]) => this.columns.has(header));
    return own.map(([, target]) => targetMeaning(target, vocabulary));
  }

  /** Columns without those that a declared one takes the place of. */
  private meant(): readonly Column[] {
    const taken = new Set(this.declared().flatMap((meaning) => placeOf(meaning) ?? []));
    return [...this.columns.values()].filter(
      ({ header, meaning }) => this.isDeclared(header) || !taken.has(placeOf(meaning) ?? ''),
    );
  }

  seen(): readonly string[] {
    if (!this.about.isOpen) return [];
    let room = MOST_SEEN_CHARACTERS;
    return [...this.columns.keys()].slice(0, MOST_SEEN).filter((name) => {
      room -= name.length;
      return room >= 0;
    });
  }

  refusal(): Fault | undefined {
    return refusalOf(this.meant(), this.options);
  }

  notes(): readonly string[] {
    return columnNotes([...this.columns.values()], this.options);
  }
}

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
 * file cannot be meant: no column for a key, nothing that tells the audience, two columns about one thing, an endless name.
 */
export function fileShape(options: ShapeOptions, columns: readonly string[] | undefined): Result<FileShape> {
  const { audience, at, vocabulary } = options;
  const about: About = {
    audience,
    time: new Date(at).toISOString(),
    isOpen: columns === undefined,
    audienceOf: (cell) => vocabulary.audiences.read(cell),
  };
  const long = columns?.findIndex((header) => header.length > MOST_NAME) ?? -1;
  if (long >= 0) {
    const text = `the name of column ${long + 1} has more than ${MOST_NAME} characters; look whether the file has a header and the delimiter is right`;
    return bad('file.refused', text);
  }
  const shape = new Shape(options, about);
  for (const header of columns ?? []) shape.add(header);
  const fault = columns && shape.refusal();
  return fault ? { ok: false, fault } : ok(shape);
}
