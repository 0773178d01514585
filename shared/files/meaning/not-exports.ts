/** What is appended to the name of a file for the report on it. */
export const REPORT_SUFFIX = '.tributary.json';

/** `manifest-<destination>-<run>.json`, as Adobe writes it. */
const MANIFEST = /(?:^|\/)manifest-[^/]+\.json$/i;

/** Whether a name is that of a manifest. */
export const isManifestName = (name: string): boolean => MANIFEST.test(name);

/** What writers of files leave beside them, or give them for names until they are done. */
const BESIDE = /(?:^|\/)[._][^/]*$|\.(?:tmp|part|filepart|partial|crdownload)$/i;

/** Whether a file is no export, whatever the rule says: a report of ours, a manifest, a folder's marker, a file being written. */
export const isOurs = (name: string): boolean =>
  name.endsWith(REPORT_SUFFIX) || isManifestName(name) || name.endsWith('/') || BESIDE.test(name);
