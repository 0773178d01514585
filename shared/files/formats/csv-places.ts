/** The next place of a character: asked for in rising order, so that no stretch of the text is searched twice. */
export class Places {
  private found = -1;
  private readonly text: string;
  private readonly char: string | undefined;

  constructor(text: string, char: string | undefined) {
    this.text = text;
    this.char = char;
  }

  /** The first one from `from` on; infinite when there is none. */
  next(from: number): number {
    if (this.char === undefined) return Number.POSITIVE_INFINITY;
    if (this.found < from) {
      const place = this.text.indexOf(this.char, from);
      this.found = place < 0 ? Number.POSITIVE_INFINITY : place;
    }
    return this.found;
  }
}
