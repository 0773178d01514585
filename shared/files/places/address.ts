import { bad, ok, type Result } from '../../core/fault.js';
import { belongs } from './names.js';

/** A bucket or container and what its names begin with. */
interface Cloud<Kind extends string> {
  readonly kind: Kind;
  /** Bucket or container. */
  readonly root: string;
  /** Begins every name, with its slash; may be empty. */
  readonly prefix: string;
}

/** A folder of an SFTP server. */
export interface SftpAddress {
  readonly kind: 'sftp';
  readonly user: string;
  readonly host: string;
  readonly port: number;
  /** The folder, from the root of the server, with a slash at its end and none at its beginning; may be empty. */
  readonly prefix: string;
}

/** What `from:` of a file names, taken apart. */
export type PlaceAddress =
  | Cloud<'s3'>
  | Cloud<'blob'>
  | Cloud<'dlz'>
  | Cloud<'gcs'>
  | Cloud<'memory'>
  | SftpAddress
  /** A folder of this machine; relative to where the program was started unless it begins with a slash. */
  | { readonly kind: 'file'; readonly path: string };

const KINDS =
  's3://BUCKET/prefix, blob://CONTAINER/prefix, dlz://CONTAINER/prefix, sftp://USER@HOST:PORT/path, gcs://BUCKET/prefix (file://PATH and memory://NAME for development)';

const SFTP =
  /^(?:(?<user>[^/:]+)@)?(?<host>\[[\da-fA-F:.]+\]|[^/:@[\]\s]+)(?::(?<port>\d{1,5}))?(?:\/(?<path>.*))?$/s;

/** Names as the services allow them, loosely: what is wrong in detail they say themselves. */
const ROOTS = {
  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
  s3: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  /** https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata */
  blob: /^(?:\$root|\$web|(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9])$/,
  dlz: /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
  /** https://cloud.google.com/storage/docs/buckets#naming */
  gcs: /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/,
  memory: /^[\w.-]+$/,
} as const;

/** What names of a kind may have, in words. */
const NAMING: Readonly<
  Record<keyof typeof ROOTS, { readonly what: string; readonly signs: RegExp; readonly most: number }>
> = {
  s3: { what: 'small letters, digits, "." and "-"', signs: /[a-z0-9.-]/, most: 63 },
  blob: { what: 'small letters, digits and "-"', signs: /[a-z0-9-]/, most: 63 },
  dlz: { what: 'small letters, digits and "-"', signs: /[a-z0-9-]/, most: 63 },
  gcs: { what: 'small letters, digits, ".", "_" and "-"', signs: /[a-z0-9._-]/, most: 222 },
  memory: { what: 'letters, digits, ".", "_" and "-"', signs: /[\w.-]/, most: 63 },
};
const LEAST = 3;

/** Why a name is none of a bucket or container. */
function misnomer(kind: keyof typeof ROOTS, root: string): string {
  const { what, signs, most } = NAMING[kind];
  const odd = [...new Set(root)].filter((sign) => !signs.test(sign));
  if (root === '') return 'is missing';
  if (odd.length > 0)
    return `holds ${odd.map((sign) => JSON.stringify(sign)).join(', ')}, and only ${what} may be in it`;
  if (root.length < LEAST || root.length > most)
    return `has ${root.length} characters, and there must be ${LEAST} to ${most}`;
  if (root.includes('--')) return 'must not hold "--"';
  return 'must begin and end with a letter or a digit';
}

const invalid = (text: string): Result<never> => bad('config.invalid', text);

/** A prefix is a folder: it ends in a slash. */
function prefixIn(path: string): string | undefined {
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`;
  return belongs('', `${prefix}name`) ? prefix : undefined;
}

function sftpIn(rest: string): Result<PlaceAddress> {
  const { user, host = '', port = '22', path = '' } = SFTP.exec(rest)?.groups ?? {};
  if (host === '' || Number(port) === 0 || Number(port) > 65_535)
    return invalid('"from" must be sftp://USER@HOST:PORT/path, with the password under "auth" and not in it');
  if (user === undefined) return invalid('"from" must say who signs in: sftp://USER@HOST:PORT/path');
  const prefix = prefixIn(path);
  if (prefix === undefined) return invalid('the path in "from" must not hold "//", "." or ".."');
  return ok({ kind: 'sftp', user, host: host.replace(/^\[|\]$/g, ''), port: Number(port), prefix });
}

const isCloud = (kind: string): kind is keyof typeof ROOTS => Object.hasOwn(ROOTS, kind);

/** Takes `from:` apart. What is wrong is a `config.invalid` fault, which never repeats a password. */
export function addressIn(from: string): Result<PlaceAddress> {
  const { kind = '', rest = '' } = /^(?<kind>[a-z0-9]+):\/\/(?<rest>.*)$/s.exec(from)?.groups ?? {};
  if (kind === 'sftp') return sftpIn(rest);
  if (kind === 'file') return rest === '' ? invalid('"from" must be file://PATH') : ok({ kind, path: rest });
  if (!isCloud(kind)) return invalid(`"from" must be one of ${KINDS}`);
  const slash = rest.indexOf('/');
  const root = slash < 0 ? rest : rest.slice(0, slash);
  if (!ROOTS[kind].test(root))
    return invalid(
      `${JSON.stringify(root)} in "from" is no name of a bucket or container of ${kind}://: it ${misnomer(kind, root)}`,
    );
  const prefix = prefixIn(slash < 0 ? '' : rest.slice(slash + 1));
  if (prefix === undefined) return invalid('the prefix in "from" must not hold "//", "." or ".."');
  return ok({ kind, root, prefix });
}
