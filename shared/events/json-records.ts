import { bad } from '../core/fault.js';
import { type Chunks, isOfFile, isUtf16 } from './bytes.js';
import type { Found } from './found.js';
import { JsonCutter } from './json-cutter.js';

/**
 * The records of a JSON file, some at a time, in order: see {@link JsonCutter}. A file that breaks off (gzip that ends too
 * soon) gives what came before, and a fault. The first piece of bytes must have four, or be all there are.
 */
export async function* jsonRecords(chunks: Chunks): AsyncGenerator<readonly Found[]> {
  const cutter = new JsonCutter();
  let isFirst = true;
  try {
    for await (const chunk of chunks) {
      if (isFirst && isUtf16(chunk)) return yield [utf16()];
      isFirst = false;
      yield cutter.push(chunk);
    }
  } catch (error) {
    if (!isOfFile(error)) throw error;
    return yield [...cutter.end(), cutter.lost(error)];
  }
  yield cutter.end();
}

const utf16 = (): Found => ({
  line: 1,
  offset: 0,
  item: bad('decode.encoding', 'the file is UTF-16; save it as UTF-8'),
});
