/** A place in a text: line and column count from 1; `rest` is how many UTF-16 units the line goes on for. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly rest: number;
}

/** The lines of a text, found once: looking up hundreds of places in a long text takes no time then. */
export class Lines {
  private readonly text: string;
  private readonly starts: readonly number[];

  constructor(text: string) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.text = text;
    this.starts = starts;
  }

  /** The place of an offset in UTF-16 units, which may be that of the end. */
  at(offset: number): Place {
    let low = 0;
    let high = this.starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return {
      line: low + 1,
      column: offset - (this.starts[low] ?? 0) + 1,
      rest: (this.starts[low] ?? 0) + this.line(low + 1).length - offset,
    };
  }

  /** A line by its number, without its end. */
  line(number: number): string {
    const from = this.starts[number - 1] ?? this.text.length;
    const next = this.starts[number];
    return this.text.slice(from, next === undefined ? undefined : next - 1).replace(/\r$/, '');
  }
}
