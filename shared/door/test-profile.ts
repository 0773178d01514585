import type { ProfileExport } from '../core/profile.js';
import { isObject } from './members.js';
import { ORIGIN_MEMBER } from './origin.js';

/** Whether all identities are of the form `<namespace>-<five letters or digits>`; so may be those of real customers. */
function hasMadeIds({ identities }: ProfileExport): boolean {
  let some = false;
  for (const [namespace, ids] of identities) {
    for (const id of ids) {
      const made = id.length === namespace.length + 6 && /-[A-Za-z0-9]{5}$/.test(id);
      if (!made || !id.toLowerCase().startsWith(namespace)) return false;
      some = true;
    }
  }
  return some;
}

const isString = (value: unknown): boolean =>
  isObject(value)
    ? Object.values(value).length > 0 && Object.values(value).every(isString)
    : value === 'string';

const PARTS: ReadonlySet<string> = new Set(['identityMap', 'segmentMembership', ORIGIN_MEMBER]);

/** Whether there are attributes, and each is the text "string". */
function hasMadeAttributes({ body }: ProfileExport): boolean {
  const attributes = Object.entries(body).filter(([name]) => !PARTS.has(name));
  return attributes.length > 0 && attributes.every(([, value]) => isString(value));
}

const hasMadeAudiences = ({ memberships }: ProfileExport): boolean =>
  memberships.length > 0 && memberships.every(({ audience }) => /^segmentid\d+$/i.test(audience));

/**
 * True for a person that Adobe made up: Destination SDK's sample profiles have identities of the form `<namespace>-<five
 * letters or digits>` and nothing else, and attributes that are all "string", or audiences `segmentid1` and so on. They
 * come by the ordinary door without any mark.
 * https://experienceleague.adobe.com/docs/experience-platform/destinations/destination-sdk/testing-api/streaming-destinations/sample-profile-generation-api.html
 */
export const isTestProfile = (profile: ProfileExport): boolean =>
  hasMadeIds(profile) && (hasMadeAttributes(profile) || hasMadeAudiences(profile));
