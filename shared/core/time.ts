const DIGITS = /^\d{9,17}$/;
/** Date and time as Adobe's file names carry them (batch destinations, file names): year first or month first. */
const YEAR_FIRST = /^((?:19|20)\d\d)(\d\d)(\d\d)_?(\d\d)(\d\d)(\d\d)$/;
const MONTH_FIRST = /^(\d\d)(\d\d)(\d{4})_(\d\d)(\d\d)(\d\d)$/;
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(?: ?(Z|z|[+-]\d{2}:?\d{2}))?$/;

const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const leap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Days from 1970-01-01 to the first of a month (1 to 13) of the proleptic Gregorian calendar. */
function daysToMonth(year: number, month: number): number {
  if (month === 13) return daysToMonth(year + 1, 1);
  const past = year - 1;
  const leaps = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - 477;
  const leapDay = month > 2 && leap(year) ? 1 : 0;
  return (year - 1970) * 365 + leaps + (DAYS_BEFORE_MONTH[month - 1] ?? 0) + leapDay;
}

/** The same, looked up, for the years that occur: twenty times a record this is worth a table. */
const [FIRST_YEAR, LAST_YEAR] = [1970, 2070];
const MONTH_STARTS = Int32Array.from({ length: (LAST_YEAR - FIRST_YEAR + 1) * 12 + 1 }, (_, i) =>
  daysToMonth(FIRST_YEAR + Math.floor(i / 12), (i % 12) + 1),
);

function monthStart(year: number, month: number): number {
  if (year < FIRST_YEAR || year > LAST_YEAR) return daysToMonth(year, month);
  return MONTH_STARTS[(year - FIRST_YEAR) * 12 + month - 1] ?? 0;
}

function instant(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  micros: number,
): number | undefined {
  if (month < 1 || month > 12 || day < 1 || hour > 24 || minute > 59 || second > 60) return undefined;
  if (hour === 24 && (minute > 0 || second > 0 || micros > 0)) return undefined;
  const start = monthStart(year, month);
  if (day > 28 && start + day > monthStart(year, month + 1)) return undefined;
  return ((start + day - 1) * 86_400 + hour * 3600 + minute * 60 + second) * 1_000_000 + micros;
}

/** Reads epoch numbers as seconds, milliseconds or microseconds, judged by their size, as Adobe mixes all three. */
function fromEpoch(value: number): number | undefined {
  if (!Number.isInteger(value) || value < 100_000_000) return undefined;
  if (value < 100_000_000_000) return value * 1_000_000;
  if (value < 100_000_000_000_000) return value * 1000;
  return value < 100_000_000_000_000_000 ? value : undefined;
}

/** Two digits at a place, or something above every part of a time (four digits of a year too) when they are none. */
function two(text: string, at: number): number {
  // As unsigned numbers, whatever comes before "0" is huge as well: one comparison a digit.
  const high = (text.charCodeAt(at) - 48) >>> 0;
  const low = (text.charCodeAt(at + 1) - 48) >>> 0;
  return high < 10 && low < 10 ? high * 10 + low : 10_000;
}

const [PLUS, DASH, COLON, T, Z] = [43, 45, 58, 84, 90];

/** Whole hours and minutes east of UTC in `+HHMM` or `+HH:MM` at the end of a text, as microseconds. */
function zoneOf(text: string): number | undefined {
  const sign = text.charCodeAt(19);
  const colon = text.charCodeAt(22) === COLON;
  if ((sign !== PLUS && sign !== DASH) || text.length !== (colon ? 25 : 24)) return undefined;
  const minutes = two(text, colon ? 23 : 22);
  const offset = two(text, 20) * 60 + minutes;
  if (minutes > 59 || offset > 18 * 60) return undefined;
  return (sign === PLUS ? offset : -offset) * 60_000_000;
}

/**
 * `YYYY-MM-DDTHH:MM:SS` with `Z`, `+HHMM` or `+HH:MM`, nearly every timestamp on the wire: several times faster than the
 * general form. What is undefined here may be a time all the same.
 */
function commonForm(text: string): number | undefined {
  const local = commonStart(text);
  if (local === undefined || (text.length === 20 && text.charCodeAt(19) === Z)) return local;
  const zone = zoneOf(text);
  return zone === undefined ? undefined : local - zone;
}

function commonStart(text: string): number | undefined {
  if (text.charCodeAt(10) !== T) return undefined;
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return undefined;
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return undefined;
  const year = two(text, 0) * 100 + two(text, 2);
  if (year > 9999) return undefined;
  return instant(year, two(text, 5), two(text, 8), two(text, 11), two(text, 14), two(text, 17), 0);
}

function generalForm(text: string): number | undefined {
  const parts = ISO.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = parts;
  const micros = Number(fraction.slice(0, 6).padEnd(6, '0'));
  const local = instant(
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    micros,
  );
  if (local === undefined || zone === 'Z' || zone === 'z') return local;
  const minutes = Number(zone.slice(-2));
  const offset = Number(zone.slice(1, 3)) * 60 + minutes;
  if (offset > 18 * 60 || minutes > 59) return undefined;
  return local - (zone.startsWith('-') ? -offset : offset) * 60_000_000;
}

/** Texts not of the common form. Compact dates come first: as an epoch number, `20200408061804` is the year 2610. */
function rareForm(text: string): number | undefined {
  const yearFirst = YEAR_FIRST.exec(text)?.slice(1).map(Number);
  if (yearFirst) {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = yearFirst;
    return instant(year, month, day, hour, minute, second, 0);
  }
  const monthFirst = MONTH_FIRST.exec(text)?.slice(1).map(Number);
  if (monthFirst) {
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = monthFirst;
    return instant(year, month, day, hour, minute, second, 0);
  }
  return DIGITS.test(text) ? fromEpoch(Number(text)) : generalForm(text);
}

/**
 * Reads every timestamp shape Adobe is seen to send: ISO 8601 with or without colon in the zone, fractions down to
 * microseconds, no zone at all (taken as UTC), a blank for the `T`, the compact forms of file names, and epoch seconds,
 * milliseconds or microseconds.
 * Gives epoch **microseconds** (exact until the year 2255), or undefined when it is no time. Finer digits are cut.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string') return undefined;
  if (value.length === 20 || value.length === 24 || value.length === 25) {
    const common = commonForm(value);
    if (common !== undefined) return common;
  }
  return rareForm(value);
}

/** Whether a value is a day without a time of day, which is the same day in every zone: nobody's birthday moves. */
export const isDay = (value: unknown): boolean =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value);
