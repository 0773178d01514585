import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { bad, ok, type Result } from '../core/fault.js';
import { quote } from '../core/names.js';

/**
 * Reads phone numbers as people write them and gives them as E.164 (`+49301234567`), without an extension; undefined for
 * a text that is no number of its country's plan, also when more than a number is in it. Numbers without a country code
 * are of `country` (ISO 3166, capitals); without a country only international numbers are read. Bad: `config.invalid`
 * for a country nobody knows.
 */
export function phoneNumber(country: string | undefined): Result<(text: string) => string | undefined> {
  if (country !== undefined && !isSupportedCountry(country)) {
    return bad('config.invalid', `${quote(country)} is no country code such as DE, US or GB`);
  }
  const options = { extract: false, ...(country === undefined ? {} : { defaultCountry: country }) };
  return ok((text) => {
    const number = parsePhoneNumberFromString(text, options);
    return number?.isValid() ? number.number : undefined;
  });
}
