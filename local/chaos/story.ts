/** What happened, line by line, for the history of a run that failed. */
export interface Story {
  /** Takes a line in; the text is made only when somebody wants to read it. */
  tell(line: () => string): void;
  lines(): readonly string[];
}

const LONGEST = 500_000;

/** A story nobody reads: runs that pass need none. */
export const silence: Story = { tell: () => undefined, lines: () => [] };

/** A story with the seconds since the start before each line. */
export function createStory(now: () => number): Story {
  const lines: string[] = [];
  const start = now();
  return {
    tell(line) {
      if (lines.length >= LONGEST) return;
      lines.push(`${((now() - start) / 1000).toFixed(3).padStart(9)} s  ${line()}`);
    },
    lines: () => lines,
  };
}
