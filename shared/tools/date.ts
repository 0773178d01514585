import { DateTime, IANAZone } from 'luxon';
import { bad, ok, type Result } from '../core/fault.js';
import { declared, quote } from '../core/names.js';

/**
 * What a format may be made of (https://moment.github.io/luxon/#/formatting?id=table-of-tokens). Tokens that depend on
 * the machine's language or on abbreviations of zones are left out.
 */
const TOKENS = [
  ...['yyyy', 'yy', 'y', 'MMMM', 'MMM', 'MM', 'M', 'dd', 'd', 'EEEE', 'EEE', 'a'],
  ...['HH', 'H', 'hh', 'h', 'mm', 'm', 'ss', 's', 'SSS', 'ZZZ', 'ZZ', 'Z', 'z'],
  ...['kkkk', 'WW', 'ooo', 'q', 'X', 'x'],
];

const PIECE = /'[^']*'|([A-Za-z])\1*|[^A-Za-z']+|'/g;

/** What is wrong with a format, for people. */
function faultOf(format: string): string | undefined {
  for (const [piece, letter] of format.matchAll(PIECE)) {
    if (piece === "'") return `the quote in ${quote(format)} is not closed`;
    if (letter !== undefined && !TOKENS.includes(piece)) {
      return `${quote(piece)} is no part of a date format; ${declared(piece, TOKENS, 'known')}; a text stands in single quotes`;
    }
  }
  return undefined;
}

/**
 * Gives instants (epoch microseconds, cut to milliseconds) as texts in a format of Unicode's letters, such as
 * `yyyy-MM-dd'T'HH:mm:ssZZ`, in an IANA zone, with English names of months and days. Bad: `config.invalid`.
 */
export function dateText(format: string, zone: string): Result<(micros: number) => string> {
  const fault = faultOf(format);
  if (fault !== undefined) return bad('config.invalid', fault);
  if (!IANAZone.isValidZone(zone)) {
    return bad('config.invalid', `${quote(zone)} is no time zone such as Europe/Berlin or UTC`);
  }
  const place = { zone: new IANAZone(zone), locale: 'en-US' };
  return ok((micros) => DateTime.fromMillis(Math.floor(micros / 1000), place).toFormat(format));
}
