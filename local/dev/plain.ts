/** Values come from events, names and reasons from outside: control characters could take over the terminal. No more than `most` characters. */
export const plain = (text: string, most = 60): string =>
  [...text]
    .map((char) => (/[\p{Cc}\p{Cf}]/u.test(char) ? '\u{fffd}' : char))
    .join('')
    .slice(0, most);
