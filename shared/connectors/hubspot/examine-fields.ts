import type { Finding, Need } from '../../core/remote.js';
import type { RemoteField } from '../../core/remote-field.js';
import { EMAIL, isContacts, RECORD_ID } from './row.js';

/** The properties of an object type, by name. */
export type Fields = Readonly<Record<string, RemoteField>>;

/** Something that is as it should be. */
export const well = (what: string): Finding => ({ level: 'well', what });
/** Something that works, but not as well as it could. */
export const warning = (what: string, advice: string): Finding => ({ level: 'warning', what, advice });
/** Something that does not work, and what to do about it. */
export const error = (what: string, advice: string): Finding => ({ level: 'error', what, advice });

const SETTINGS = 'Settings > Data Management > Properties';

/** Whether records of a type are found by a property. */
export function examineKey(object: string, name: string, known: Fields, { operations }: Need): Finding {
  const field = Object.hasOwn(known, name) ? known[name] : undefined;
  const what = `${object}.${name}`;
  if (field === undefined)
    return error(
      `${what} does not exist`,
      `Create it in ${SETTINGS} as a single-line text with "Require unique values for this property", with exactly this internal name.`,
    );
  if (name === RECORD_ID && operations.includes('upsert'))
    return error(
      `${what} cannot be chosen for new records`,
      'Match on a property with unique values, or use "update".',
    );
  if (!field.key)
    return error(
      `${what} does not have unique values, so no record is found by it`,
      'Uniqueness cannot be added later: create a new property with "Require unique values for this property".',
    );
  if (name === EMAIL && isContacts(object) && operations.includes('upsert'))
    return warning(
      `${what} is the key: one bad row of a request then refuses the others, which costs more requests`,
      'Prefer a property of your own with unique values.',
    );
  return well(`${what} has unique values`);
}

/** Whether a property can be written. */
export function examineField(object: string, name: string, known: Fields): Finding {
  const field = Object.hasOwn(known, name) ? known[name] : undefined;
  const what = `${object}.${name}`;
  if (field === undefined)
    return error(
      `${what} does not exist`,
      `Create it in ${SETTINGS}, or correct the internal name in the rules.`,
    );
  if (field.readonly) return error(`${what} is written by HubSpot alone`, 'Take it out of the rules.');
  return well(`${what} can be written`);
}
