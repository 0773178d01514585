import { LIMITS, open } from '../core/envelope.js';
import type { Fault, Result } from '../core/fault.js';
import { inflate } from '../pipeline/inflate.js';
import { ByteWindow } from './byte-window.js';
import type { Found } from './found.js';
import { type Extent, extentOf, restOfObject } from './json-extent.js';
import { broken, cutOff, isEnvelope, parse, tooDeep, tooLong, type Wreck, withPassed } from './json-piece.js';
import { goToNextRecord } from './json-recovery.js';

const [OBJECT, OBJECT_END, LIST, LIST_END, COMMA] = [0x7b, 0x7d, 0x5b, 0x5d, 0x2c];

/** The beginning of `{"profiles":[…]}`; with less than this in sight nobody can tell. */
const ENVELOPE = /^\{\s*"profiles"\s*:\s*\[/;
const SIGHT = 64;

/** What surrounds the records: nothing, a list, the list of an envelope, or what an envelope has after its list. */
type Around = 'nothing' | 'list' | 'profiles' | 'tail';

/**
 * Cuts the bytes of a file, as they come, into records: one object a line, objects one after another or printed over
 * many lines, a list, `{"profiles":[…]}`. What cannot be read costs itself only: reading goes on at the next line that
 * begins a record as this one did. Keeps one record at a time, of the size of a message at the most.
 */
export class JsonCutter {
  private readonly window = new ByteWindow();
  private around: Around = 'nothing';
  private listLine = 1;
  /** A record that cannot be read, until the next one is found. */
  private wreck: Wreck | undefined;
  /** A line that is more or less than one object: not tried as a whole again. */
  private crowded = 0;
  private found: Found[] = [];
  private lacks = false;

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
    this.window.at += 1;
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
    return this.take(restOfObject(this.window.bytes, this.window.at), isLast, (end) => {
      this.around = 'nothing';
      this.window.moveTo(end);
    });
  }

  private stepObject(isLast: boolean): boolean {
    if (this.crowded !== this.window.line) {
      const isTaken = this.takeWholeLine(isLast);
      if (isTaken !== undefined) return isTaken;
    }
    const sight = this.window.peek(this.window.at, SIGHT);
    const envelope = ENVELOPE.exec(sight);
    if (envelope) return this.openList('profiles', envelope[0].length);
    if (!isLast && sight.length < SIGHT && !sight.includes('}')) return false;
    return this.takeValue(isLast);
  }

  /** Nearly every file has one object a line: undefined when this line is not so, false when its end is not in sight. */
  private takeWholeLine(isLast: boolean): boolean | undefined {
    const { window } = this;
    const inSight = window.endOfLine();
    if (inSight === undefined && !isLast && window.left <= LIMITS.messageBytes) return false;
    const end = inSight ?? window.trimmed(window.bytes.length);
    const item =
      window.bytes[end - 1] === OBJECT_END ? parse(window.bytes.subarray(window.at, end)) : undefined;
    if (!item?.ok) {
      this.crowded = window.line;
      return undefined;
    }
    return this.give(item, end);
  }

  private takeValue(isLast: boolean): boolean {
    const { bytes, at } = this.window;
    return this.take(extentOf(bytes, at), isLast, (end) => this.give(parse(bytes.subarray(at, end)), end));
  }

  private take(extent: Extent, isLast: boolean, taken: (end: number) => void): boolean {
    if (extent.kind === 'whole') taken(extent.end);
    else if (extent.kind === 'broken') this.stumble(broken());
    else if (extent.kind === 'deep') this.stumble(tooDeep());
    else if (this.window.left > LIMITS.messageBytes) this.stumble(tooLong());
    else if (isLast) this.breakOff();
    else return false;
    return true;
  }

  /** Whatever begins neither an object nor a list is taken for a line. */
  private takeLine(isLast: boolean): boolean {
    const { window } = this;
    const end = window.endOfLine() ?? (isLast ? window.bytes.length : undefined);
    if (end !== undefined) return this.give(parse(window.bytes.subarray(window.at, end)), end);
    if (window.left <= LIMITS.messageBytes) return false;
    this.stumble(tooLong());
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

  private breakOff(): void {
    this.lacks = true;
    this.stumble(cutOff('what begins here'));
  }

  private stumble(item: Result<never>): void {
    const inList = this.around === 'list' || this.around === 'profiles';
    if (this.around === 'tail') this.around = 'nothing';
    this.wreck = { found: this.place(item), indent: this.window.indent, inList };
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
    if (this.around !== 'nothing') {
      this.lacks = true;
      this.found.push(this.place(cutOff(`the list that begins in line ${this.listLine}`)));
    }
    this.around = 'nothing';
    return false;
  }
}
