import { isDay, parseTime } from '../core/time.js';

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September'].concat(
  ['October', 'November', 'December'],
);
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** What the clocks of a zone show at an instant: as if it were UTC, so that no getter asks the machine for its zone. */
function wallClock(at: Date, timeZone: string): Date {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    ...({ year: 'numeric', month: 'numeric', day: 'numeric' } as const),
    ...({ hour: 'numeric', minute: 'numeric', second: 'numeric' } as const),
  }).formatToParts(at);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const wall = new Date(
    Date.UTC(
      2000,
      of('month') - 1,
      of('day'),
      of('hour'),
      of('minute'),
      of('second'),
      at.getUTCMilliseconds(),
    ),
  );
  wall.setUTCFullYear(of('year'), of('month') - 1, of('day'));
  return wall;
}

const padded = (value: number, length: number, fill = '0'): string => String(value).padStart(length, fill);

function offsetOf(at: Date, wall: Date): string {
  const minutes = Math.round((wall.getTime() - at.getTime()) / 60_000);
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${padded(Math.floor(size / 60), 2)}${padded(size % 60, 2)}`;
}

function dayOfYear(wall: Date): number {
  const before = new Date(wall);
  before.setUTCMonth(0, 0);
  return Math.round((wall.getTime() - before.getTime()) / 86_400_000);
}

/** What each letter after a percent sign stands for (https://strftime.org). */
const CODES: Readonly<Record<string, (wall: Date, at: Date) => string>> = {
  Y: (wall) => padded(wall.getUTCFullYear(), 4),
  y: (wall) => padded(wall.getUTCFullYear() % 100, 2),
  m: (wall) => padded(wall.getUTCMonth() + 1, 2),
  B: (wall) => MONTHS[wall.getUTCMonth()] ?? '',
  b: (wall) => MONTHS[wall.getUTCMonth()]?.slice(0, 3) ?? '',
  d: (wall) => padded(wall.getUTCDate(), 2),
  e: (wall) => padded(wall.getUTCDate(), 2, ' '),
  j: (wall) => padded(dayOfYear(wall), 3),
  A: (wall) => DAYS[wall.getUTCDay()] ?? '',
  a: (wall) => DAYS[wall.getUTCDay()]?.slice(0, 3) ?? '',
  H: (wall) => padded(wall.getUTCHours(), 2),
  I: (wall) => padded(wall.getUTCHours() % 12 || 12, 2),
  p: (wall) => (wall.getUTCHours() < 12 ? 'AM' : 'PM'),
  P: (wall) => (wall.getUTCHours() < 12 ? 'am' : 'pm'),
  M: (wall) => padded(wall.getUTCMinutes(), 2),
  S: (wall) => padded(wall.getUTCSeconds(), 2),
  L: (wall) => padded(wall.getUTCMilliseconds(), 3),
  z: (wall, at) => offsetOf(at, wall),
  s: (_, at) => String(Math.floor(at.getTime() / 1000)),
  '%': () => '%',
};

const WHOLE: Readonly<Record<string, string>> = { F: '%Y-%m-%d', T: '%H:%M:%S', D: '%m/%d/%y', R: '%H:%M' };

/**
 * Liquid's `date` filter: `{{ order.at | date: "%d.%m.%Y", "Europe/Berlin" }}`. It reads the times that `parseTime` reads,
 * not "now"; what is no time stays as it is. UTC unless a zone is given; a day without time of day is in every zone the
 * same. `%-d` is `%d` without the zero before it. Throws for a zone nobody knows.
 */
export function liquidDate(
  value: unknown,
  format: unknown = '%Y-%m-%d %H:%M:%S',
  zone: unknown = 'UTC',
): unknown {
  const micros = parseTime(value);
  if (micros === undefined) return value;
  const at = new Date(Math.floor(micros / 1000));
  const wall = wallClock(at, isDay(value) ? 'UTC' : String(zone));
  return String(format)
    .replace(/%([FTDR])/g, (_, code: string) => WHOLE[code] ?? '')
    .replace(/%(-?)([A-Za-z%])/g, (all, bare: string, code: string) => {
      const text = Object.hasOwn(CODES, code) ? CODES[code]?.(wall, at) : undefined;
      if (text === undefined) return all;
      return bare ? text.replace(/^[0 ]+(?=.)/, '') : text;
    });
}
