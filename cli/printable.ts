/** Text fit for a terminal: nothing in it moves the cursor, rings or turns the writing round. */
export function printable(text: string, most = Number.POSITIVE_INFINITY): string {
  const escaped = text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu,
    (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`,
  );
  return escaped.length > most ? `${escaped.slice(0, most - 1)}…` : escaped;
}
