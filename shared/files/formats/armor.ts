import { refused } from './refused.js';

/** How an armored message begins and ends (RFC 9580, section 6.2). */
export const ARMOR = '-----BEGIN PGP MESSAGE-----';
const END = '-----END PGP MESSAGE-----';

const cutOff = (): Error => refused('the armored PGP message ends too soon: it was cut off');

/** Lines of text that comes in pieces. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1')).split(
      '\n',
    );
    rest = lines.pop() ?? '';
    if (rest.length > 10_000)
      throw refused('a line of the armored PGP message is longer than any program writes');
    yield lines.map((line) => line.trim());
  }
  yield [rest.trim()];
}

/** The Base64 lines among all: those after the first blank line and before the checksum or the end. */
class Body {
  private part: 'head' | 'body' | 'sum' | 'end' = 'head';

  get isOver(): boolean {
    return this.part === 'end';
  }

  take(lines: readonly string[]): string {
    let text = '';
    for (const line of lines) {
      if (this.part === 'body' && !line.startsWith('=') && line !== END) text += line;
      else this.pass(line);
    }
    return text;
  }

  private pass(line: string): void {
    if (line === END) this.part = this.part === 'head' ? 'head' : 'end';
    else if (this.part === 'head' && line === '') this.part = 'body';
    else if (this.part === 'body') this.part = 'sum';
  }
}

/**
 * Undoes the armor of a message. Its checksum is of no use to anybody, says the standard: what is inside carries a better one.
 * Throws `file.refused` when its last line is missing.
 */
export async function* unarmored(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const body = new Body();
  let text = '';
  for await (const lines of linesOf(chunks)) {
    text += body.take(lines);
    const whole = text.length - (text.length % 4);
    if (whole > 0) yield Buffer.from(text.slice(0, whole), 'base64');
    text = text.slice(whole);
    if (body.isOver) break;
  }
  if (!body.isOver || text !== '') throw cutOff();
}
