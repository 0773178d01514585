import { isUtf8 } from 'node:buffer';
import type { ParquetParsers, SchemaElement, SchemaTree } from 'hyparquet';

/** What text becomes that is not UTF-8: it holds U+FFFD, and so its row is not believed. */
const utf8 = new TextDecoder();

const DAY = 86_400_000;
/** What a date of JavaScript can hold, in milliseconds around 1970. */
const MOST_MS = 8.64e15;

/** An instant as ISO text, to the nanosecond where it has some. */
function instant(nanos: bigint): string {
  const below = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const seconds = Number((nanos - below) / 1_000_000_000n);
  if (Math.abs(seconds * 1000) > MOST_MS) return `${nanos}`;
  const fraction = below
    .toString()
    .padStart(9, '0')
    .replace(/(?:000){1,2}$/, '');
  return new Date(seconds * 1000).toISOString().replace('.000Z', `.${fraction}Z`);
}

const day = (days: number): string =>
  Math.abs(days * DAY) > MOST_MS ? `${days}` : new Date(days * DAY).toISOString().replace(/T.*$/, '');

/** What the library is to make of values it knows the meaning of: JSON has no dates, so they become ISO text. */
export const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (millis: bigint) => instant(BigInt(millis) * 1_000_000n),
  timestampFromMicroseconds: (micros: bigint) => instant(BigInt(micros) * 1000n),
  timestampFromNanoseconds: (nanos: bigint) => instant(BigInt(nanos)),
  dateFromDays: day,
  stringFromBytes: (bytes: Uint8Array) => bytes && utf8.decode(bytes),
  jsonFromBytes: (bytes: Uint8Array) => bytes && parsed(utf8.decode(bytes)),
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What a value becomes so that JSON can say it. */
export type Convert = (value: unknown) => unknown;

const isDecimal = ({ converted_type: type, logical_type: logical }: SchemaElement): boolean =>
  type === 'DECIMAL' || logical?.type === 'DECIMAL';

/** The same element, but a decimal as the whole number that it is stored as: the library would round it. */
export function unrounded(element: SchemaElement): SchemaElement {
  if (!isDecimal(element)) return element;
  const { converted_type: _, logical_type: __, ...plain } = element;
  return plain;
}

function bigOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return BigInt(value);
  if (!(value instanceof Uint8Array)) return undefined;
  return value.length === 0
    ? 0n
    : BigInt.asIntN(value.length * 8, BigInt(`0x${Buffer.from(value).toString('hex')}`));
}

/** A decimal: a number where it has at most fifteen digits, else text. */
function decimal(scale: number): Convert {
  return (value) => {
    const whole = bigOf(value);
    if (whole === undefined) return null;
    const digits = (whole < 0n ? -whole : whole).toString().padStart(scale + 1, '0');
    const cut = digits.length - scale;
    const text = `${whole < 0n ? '-' : ''}${digits.slice(0, cut)}${scale > 0 ? `.${digits.slice(cut)}` : ''}`;
    return digits.length <= 15 ? Number(text) : text;
  };
}

/** A number of 32 bits as the shortest decimal that means it. */
function shortest(value: number): number {
  for (const digits of [6, 7, 8]) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}

const isFloat = ({ type, logical_type: logical }: SchemaElement): boolean =>
  type === 'FLOAT' || logical?.type === 'FLOAT16';

function leaf(element: SchemaElement): Convert {
  if (isDecimal(element)) return decimal(element.scale ?? 0);
  const isShort = isFloat(element);
  return (value) => {
    if (typeof value === 'string') return value;
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) return `${value}`;
      return isShort ? shortest(value) : value;
    }
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : `${value}`;
    if (!(value instanceof Uint8Array)) return value ?? null;
    return isUtf8(value) ? utf8.decode(value) : Buffer.from(value).toString('base64');
  };
}

/** What stands in a list: the library leaves out the groups that Parquet puts around its entries. */
function entryOf(node: SchemaTree): SchemaTree {
  const [child] = node.children;
  if (node.element.converted_type !== 'LIST' || node.children.length !== 1 || !child) return node;
  const [grandchild] = child.children;
  return child.children.length === 1 && grandchild ? grandchild : child;
}

/** What stands behind each key of a map; undefined if it is none. */
function worthOf(node: SchemaTree): SchemaTree | undefined {
  const isMap = node.element.converted_type === 'MAP' || node.element.converted_type === 'MAP_KEY_VALUE';
  return isMap ? node.children[0]?.children[1] : undefined;
}

/** How the values of a column become JSON, structs, lists and maps within one another too. */
export function convertOf(node: SchemaTree): Convert {
  const one = node.children.length === 0 ? leaf(node.element) : group(node);
  const entry = entryOf(node);
  const inList = entry === node ? one : convertOf(entry);
  return (value) => (Array.isArray(value) ? value.map(inList) : one(value));
}

function group(node: SchemaTree): Convert {
  const worth = worthOf(node);
  const inMap = worth && convertOf(worth);
  const members = new Map(node.children.map((child) => [child.element.name, convertOf(child)]));
  return (value) => {
    if (typeof value !== 'object' || value === null) return null;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => {
        const convert = inMap ?? members.get(name);
        return [name, convert ? convert(item) : (item ?? null)];
      }),
    );
  };
}
