import type { ProfileExport } from '../core/profile.js';

/**
 * True for a person that Adobe made up: Destination SDK's sample profiles have identities of the form `<namespace>-<five
 * letters or digits>` and nothing else. They come by the ordinary door without any mark.
 * https://experienceleague.adobe.com/docs/experience-platform/destinations/destination-sdk/testing-api/streaming-destinations/sample-profile-generation-api.html
 */
export function isTestProfile({ identities }: ProfileExport): boolean {
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
