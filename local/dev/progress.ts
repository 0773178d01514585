/** How far a run has come. */
export interface Reading {
  readonly sent: number;
  readonly settled: number;
  readonly count: number;
}

const REDRAW_MS = 200;
const LINE_MS = 2_000;

/** Shows progress on standard error: one line that is redrawn on a terminal, a line now and then elsewhere. */
export function createProgress(quiet: boolean, read: () => Reading): { stop(): void } {
  if (quiet) return { stop: () => undefined };
  const terminal = process.stderr.isTTY === true;
  const draw = (): void => {
    const { sent, settled, count } = read();
    const text = `published ${sent}/${count}   settled ${settled}/${count}`;
    process.stderr.write(terminal ? `\r\x1b[2K${text}` : `${text}\n`);
  };
  const timer = setInterval(draw, terminal ? REDRAW_MS : LINE_MS);
  return {
    stop() {
      clearInterval(timer);
      draw();
      if (terminal) process.stderr.write('\n');
    },
  };
}
