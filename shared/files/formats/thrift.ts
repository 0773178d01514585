import { refused } from './refused.js';

/** A struct of Thrift's compact protocol: its fields by number, of those that are whole numbers or structs themselves. */
export type Struct = ReadonlyMap<number, number | Struct>;

const damaged = (): Error => refused('a page of the Parquet file is damaged');

/** Nothing that is read here nests deeper. */
const MOST_DEPTH = 8;

/** Reads the compact protocol as far as heads of pages need it (thrift-compact-protocol.md). */
export class ThriftReader {
  at: number;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Reads one struct. Throws `file.refused` for what is none. */
  struct(depth = 0): Struct {
    if (depth > MOST_DEPTH) throw damaged();
    const fields = new Map<number, number | Struct>();
    let id = 0;
    for (let head = this.byte(); head !== 0; head = this.byte()) {
      id = head >> 4 === 0 ? this.whole() : id + (head >> 4);
      const value = this.value(head & 15, depth);
      if (value !== undefined) fields.set(id, value);
    }
    return fields;
  }

  private byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw damaged();
    return byte;
  }

  private varint(): number {
    let [value, worth] = [0, 1];
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * worth;
      if (byte < 0x80) return value;
      worth *= 128;
      if (worth > 2 ** 63) throw damaged();
    }
  }

  /** Whole numbers change sign from one to the next, so that small ones are short. */
  private whole(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  private value(type: number, depth: number): number | Struct | undefined {
    if (type === 1 || type === 2) return 2 - type;
    if (type === 3) return this.byte();
    if (type >= 4 && type <= 6) return this.whole();
    if (type === 7) return this.pass(8);
    if (type === 8) return this.pass(this.varint());
    if (type === 12) return this.struct(depth + 1);
    // Heads of pages have no lists, sets or maps.
    throw damaged();
  }

  private pass(count: number): undefined {
    this.at += count;
    if (this.at > this.bytes.length) throw damaged();
  }
}
