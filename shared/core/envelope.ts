import { bad, Fault, ok, type Result } from './fault.js';

/** Undoes gzip within a limit of output bytes; given by the outside because the core does no I/O. */
export type Inflate = (bytes: Uint8Array, limit: number) => Result<Uint8Array>;

/**
 * What a message may cost us before it is refused. Kinesis and Event Hubs both stop at 1 MiB by default; Adobe puts at most
 * 10,000 profiles into a call. Without the last limit, 10 kB of gzip could become five million records.
 */
export const LIMITS = {
  messageBytes: 1_048_576,
  inflatedBytes: 10_485_760,
  depth: 32,
  records: 10_000,
} as const;

const utf8 = new TextDecoder('utf-8', { fatal: true });

function toText(bytes: Uint8Array): Result<string> {
  try {
    return ok(utf8.decode(bytes));
  } catch (cause) {
    return bad('decode.encoding', 'the message is not valid UTF-8; send JSON encoded as UTF-8', { cause });
  }
}

function readBytes(bytes: Uint8Array, inflate: Inflate): Result<string> {
  if (bytes.length === 0) return bad('decode.empty', 'the message has no bytes');
  if (bytes.length > LIMITS.messageBytes) return tooLarge(bytes.length);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return toText(bytes);
  const inflated = inflate(bytes, LIMITS.inflatedBytes);
  return inflated.ok ? toText(inflated.value) : inflated;
}

/** Bytes of a text as UTF-8, for the limit is one of bytes; what is too short to pass it is not measured. */
const byteLength = (text: string): number =>
  text.length * 3 <= LIMITS.messageBytes ? text.length : new TextEncoder().encode(text).length;

const tooLarge = (size: number): Result<never> =>
  bad('decode.too-large', `the message has ${size} bytes; the limit is ${LIMITS.messageBytes}`);

const parse = (text: string): { value: unknown } | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    return undefined;
  }
};

const notJson = (text: string): Result<never> =>
  bad('decode.json', `the text is not JSON (${text.length} characters); nothing could be read from it`);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const tooMany = (): Result<never> =>
  bad('decode.too-large', `the message holds more than ${LIMITS.records} records; send fewer in one message`);

/**
 * Cuts `{…}{…}` at the end of each top-level object. What is left open belongs to the last piece, and so does everything
 * once there are more pieces than a message may have.
 */
function cutObjects(text: string): string[] {
  const pieces: string[] = [];
  let depth = 0;
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length && pieces.length <= LIMITS.records; at++) {
    const char = text.charCodeAt(at);
    if (quoted) {
      if (char === 92) at++;
      else if (char === 34) quoted = false;
    } else if (char === 34) quoted = true;
    else if (char === 123) depth++;
    else if (char === 125 && --depth === 0) {
      pieces.push(text.slice(start, at + 1));
      start = at + 1;
    }
  }
  if (text.slice(start).trim() !== '') pieces.push(text.slice(start));
  return pieces;
}

/** One value at the top of a text, with the part of the text that it was read from. */
export interface Piece {
  readonly text: string;
  readonly read: Result<unknown>;
}

const readPiece = (text: string): Piece => {
  const read = parse(text);
  return { text, read: read ? ok(read.value) : notJson(text) };
};

const isGood = ({ read }: Piece): boolean => read.ok;

/**
 * Objects written one after another, or one a line: each is judged alone. Only a text that is no clean run of objects is
 * taken for lines, and only when one of them is an object, so that a broken export printed over many lines counts once.
 */
function readSeveral(text: string): readonly Piece[] {
  const cut = cutObjects(text);
  const rows = text.split('\n', LIMITS.records + 1);
  if (cut.length > LIMITS.records || rows.length > LIMITS.records) return [{ text, read: tooMany() }];
  const pieces = cut.map(readPiece);
  if (pieces.every(isGood)) return pieces;
  const lines = rows.filter((line) => line.trim() !== '').map(readPiece);
  if (lines.some(({ read }) => read.ok && isObject(read.value))) return lines;
  return pieces.some(isGood) ? pieces : [{ text, read: notJson(text) }];
}

/** The values at the top of a text: one, or several after one another or one a line. Lists in them are left as they are. */
export function readPieces(text: string): readonly Piece[] {
  const whole = parse(text);
  if (whole) return [{ text, read: ok(whole.value) }];
  if (text.trim() === '') return [{ text, read: bad('decode.empty', 'the message is empty') }];
  return readSeveral(text);
}

/** Takes the list out of `[…]` and `{"profiles":[…]}`; anything else is one item. */
function items(value: unknown): readonly Result<unknown>[] {
  const profiles =
    isObject(value) && value['segmentMembership'] === undefined && value['identityMap'] === undefined
      ? value['profiles']
      : undefined;
  const list = Array.isArray(value) ? value : Array.isArray(profiles) ? profiles : undefined;
  if (list === undefined) return [ok(value)];
  if (list.length === 0) return [bad('decode.shape', 'the list of profiles is empty')];
  if (list.length > LIMITS.records) return [tooMany()];
  return list.map((item: unknown) => ok(item));
}

/** The safest depth-first look at what was parsed: refuses nesting and keys that could hurt whoever walks it later. */
export function inspect(value: unknown, depth: number = LIMITS.depth): Fault | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === 0) {
    return new Fault('decode.too-deep', `the message is nested deeper than ${LIMITS.depth} levels`);
  }
  if (Array.isArray(value)) {
    for (const item of value) {
      const fault = typeof item === 'object' ? inspect(item, depth - 1) : undefined;
      if (fault) return fault;
    }
    return undefined;
  }
  for (const key in value) {
    if (key === '__proto__')
      return new Fault('decode.hostile-key', 'the message has a member named __proto__');
    // A JSON object has no inherited members, so this reads own values only.
    const item = (value as Record<string, unknown>)[key];
    const fault = typeof item === 'object' ? inspect(item, depth - 1) : undefined;
    if (fault) return fault;
  }
  return undefined;
}

const guarded = (item: Result<unknown>): Result<unknown> => {
  if (!item.ok) return item;
  const fault = inspect(item.value);
  return fault ? { ok: false, fault } : item;
};

const guardAll = (found: readonly Result<unknown>[]): readonly Result<unknown>[] => {
  const [only] = found;
  return found.length === 1 && only ? [guarded(only)] : found.map(guarded);
};

/**
 * Opens one message: bytes (plain or gzip), text, or a value the platform has parsed already. Accepts one object, an
 * array, `{"profiles":[…]}`, newline-delimited objects and objects written one after another. Gives one result per
 * item, in order, and at least one: a message that cannot be read is one fault.
 */
export function open(body: unknown, inflate: Inflate): readonly Result<unknown>[] {
  if (body instanceof Uint8Array) {
    const text = readBytes(body, inflate);
    return text.ok ? openText(text.value) : [text];
  }
  if (typeof body === 'string') {
    const size = byteLength(body);
    return size > LIMITS.messageBytes ? [tooLarge(size)] : openText(body.replace(/^\uFEFF/, ''));
  }
  if (typeof body === 'object' && body !== null) return guardAll(items(body));
  return [
    bad('decode.shape', `the message is ${body === null ? 'null' : `a bare ${typeof body}`}, not an object`),
  ];
}

function openText(text: string): readonly Result<unknown>[] {
  const pieces = readPieces(text);
  const [only] = pieces;
  if (pieces.length === 1 && only?.read.ok) return guardAll(items(only.read.value));
  return guardAll(pieces.map(({ read }) => read));
}
