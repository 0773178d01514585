import { LIMITS, open } from '../core/envelope.js';
import type { Fault, Result } from '../core/fault.js';
import { inflate } from '../pipeline/inflate.js';
import { ByteWindow } from './byte-window.js';
import type { Found } from './found.js';
import { type Scan, scanOfRest, scanOfValue } from './json-extent.js';
import { envelopeAt, objectLine } from './json-line.js';
import { type Passage, passageOfLine, passageOfValue } from './json-passage.js';
import { broken, cutOff, isEnvelope, parse, tooDeep, tooLong, type Wreck, withPassed } from './json-piece.js';
import { goToNextRecord } from './json-recovery.js';

const [OBJECT, LIST, LIST_END, COMMA] = [0x7b, 0x5b, 0x5d, 0x2c];

/** What surrounds the records: nothing, a list, the list of an envelope, or what an envelope has after its list. */
type Around = 'nothing' | 'list' | 'profiles' | 'tail';

/**
 * Cuts the bytes of a file, as they come, into records: one object a line, objects one after another or printed over
 * many lines, a list, `{"profiles":[…]}`. What cannot be read costs itself only: reading goes on at the next line that
 * begins a record as this one did; behind one of more than `most` bytes at its real end. Which records there are does not
 * depend on how the bytes are cut; only the first three of the file must come together.
 */
export class JsonCutter {
  private readonly window = new ByteWindow();
  private around: Around = 'nothing';
  private listLine = 1;
  /** A record that cannot be read, until the next one is found. */
  private wreck: Wreck | undefined;
  /** Something that is too long, while it is passed. */
  private passage: Passage | undefined;
  /** A line that is more or less than one object: not tried as a whole again. */
  private crowded = 0;
  private found: Found[] = [];
  private lacks = false;
  private readonly most: number;

  constructor(most: number = LIMITS.messageBytes) {
    this.most = most;
  }

  /** True once the end has shown that records are missing: the file breaks off, or the rest of a list could not be read. */
  get isCutOff(): boolean {
    return this.lacks;
  }

  /** The records that end in these bytes. */
  push(bytes: Uint8Array): readonly Found[] {
    this.window.add(bytes);
    return this.run(false);
  }

  /** What is left when the file ends. */
  end(): readonly Found[] {
    return this.run(true);
  }

  /** What is to be said when the file breaks off here. */
  lost(fault: Fault): Found {
    return this.place({ ok: false, fault });
  }

  private run(isLast: boolean): readonly Found[] {
    this.found = [];
    while (this.step(isLast));
    return this.found;
  }

  /** One step; false when it needs more bytes. */
  private step(isLast: boolean): boolean {
    if (this.passage) return this.pass(this.passage, isLast);
    if (this.wreck) return this.recover(isLast);
    this.window.skipBlanks();
    const { byte } = this.window;
    if (byte === undefined) return isLast && this.finish();
    if (this.around === 'tail') return this.closeEnvelope(isLast);
    if (this.around !== 'nothing') return this.stepInList(byte, isLast);
    if (byte === OBJECT) return this.stepObject(isLast);
    if (byte === LIST) return this.openList('list', 1);
    return this.takeLine(isLast);
  }

  private stepInList(byte: number, isLast: boolean): boolean {
    if (byte !== COMMA && byte !== LIST_END) return this.takeValue(isLast);
    this.window.moveTo(this.window.at + 1);
    if (byte === LIST_END) this.around = this.around === 'profiles' ? 'tail' : 'nothing';
    return true;
  }

  private openList(around: Around, length: number): boolean {
    this.listLine = this.window.line;
    this.window.moveTo(this.window.at + length);
    this.around = around;
    return true;
  }

  private closeEnvelope(isLast: boolean): boolean {
    return this.take(scanOfRest(), isLast, (end) => {
      this.around = 'nothing';
      this.window.moveTo(end);
    });
  }

  private stepObject(isLast: boolean): boolean {
    if (this.crowded !== this.window.line) {
      const line = objectLine(this.window, this.most, isLast);
      if (line === 'more') return false;
      if (line !== 'none') return this.give(line.item, line.end);
      this.crowded = this.window.line;
    }
    const envelope = envelopeAt(this.window, isLast);
    if (envelope === 'more') return false;
    return envelope === 'none' ? this.takeValue(isLast) : this.openList('profiles', envelope);
  }

  private takeValue(isLast: boolean): boolean {
    const { bytes, at } = this.window;
    const give = (end: number) => this.give(parse(bytes.subarray(at, end), this.most), end);
    return this.take(scanOfValue(), isLast, give);
  }

  private take(scan: Scan, isLast: boolean, taken: (end: number) => void): boolean {
    const { window, most } = this;
    const { bytes, at, left } = window;
    // One byte more than a record may have shows its end. However much more is in sight, it decides nothing.
    const extent = scan.run(bytes.subarray(0, at + most + 1), at);
    if (extent.kind === 'broken') this.stumble(broken());
    else if (extent.kind === 'deep') this.stumble(tooDeep());
    else if (extent.kind === 'whole' && extent.end - at <= most) taken(extent.end);
    else if (left > most) this.passage = passageOfValue(this.wreckOf(tooLong(most)), scan, scan.at - at);
    else if (!isLast) return false;
    else {
      this.lacks = true;
      this.stumble(cutOff('what begins here'));
    }
    return true;
  }

  /** Whatever begins neither an object nor a list is taken for a line. */
  private takeLine(isLast: boolean): boolean {
    const { window, most } = this;
    const end = window.endOfLine() ?? (isLast ? window.bytes.length : undefined);
    if (window.lineLength > most) this.passage = passageOfLine(this.wreckOf(tooLong(most)));
    else if (end === undefined) return false;
    else this.give(parse(window.bytes.subarray(window.at, end), most), end);
    return true;
  }

  private pass(passage: Passage, isLast: boolean): boolean {
    const passed = passage.go(this.window);
    if (passed === 'more' && !isLast) return false;
    this.passage = undefined;
    if (passed === 'broken') this.wreck = passage.wreck;
    else this.found.push(passage.wreck.found);
    if (passed === 'more') this.window.moveTo(this.window.bytes.length);
    this.lacks ||= passed === 'more' && !passage.endsWithFile;
    if (passed === 'more' || this.around === 'tail') this.around = 'nothing';
    return true;
  }

  private place(item: Result<unknown>): Found {
    return { line: this.window.line, offset: this.window.offset, item };
  }

  private give(item: Result<unknown>, end: number): true {
    // The elements of a list are records, whatever they look like; the pipeline takes them so, too.
    const isList = item.ok && this.around === 'nothing' && isEnvelope(item.value);
    for (const one of isList ? open(item.value, inflate) : [item]) this.found.push(this.place(one));
    this.window.moveTo(end);
    return true;
  }

  private stumble(item: Result<never>): void {
    this.wreck = this.wreckOf(item);
    if (this.around === 'tail') this.around = 'nothing';
  }

  private wreckOf(item: Result<never>): Wreck {
    const inList = this.around === 'list' || this.around === 'profiles';
    return { found: this.place(item), indent: this.window.indent, inList };
  }

  private recover(isLast: boolean): boolean {
    if (!this.wreck) return true;
    const isFound = goToNextRecord(this.window, this.wreck.indent, isLast) === 'found';
    if (!isFound && !isLast) return false;
    if (!isFound) this.around = 'nothing';
    this.lacks ||= !isFound && this.wreck.inList;
    this.found.push(withPassed(this.wreck, this.window.line, isFound));
    this.wreck = undefined;
    return true;
  }

  private finish(): boolean {
    if (this.around === 'nothing') return false;
    this.lacks = true;
    this.around = 'nothing';
    this.found.push(this.place(cutOff(`the list that begins in line ${this.listLine}`)));
    return false;
  }
}
