/** Colours for a terminal, or none. */
export type Paint = Readonly<Record<keyof typeof CODES, (text: string) => string>>;

/** SGR parameters (ECMA-48). */
const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Paints, or leaves the text as it is. */
export function paintOf(colours: boolean): Paint {
  const brush = (code: number) => (text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  const { bold, dim, red, green, yellow, cyan } = CODES;
  return {
    bold: brush(bold),
    dim: brush(dim),
    red: brush(red),
    green: brush(green),
    yellow: brush(yellow),
    cyan: brush(cyan),
  };
}
