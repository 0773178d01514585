/** Extensions of the formats that are read. */
const FORMATS: ReadonlySet<string> = new Set(['csv', 'tsv', 'txt', 'json', 'jsonl', 'ndjson', 'parquet']);
/** Extensions of what is around them. Adobe documents none of these, so any of them may be there or not. */
const WRAPPERS: ReadonlySet<string> = new Set([
  'gz',
  'gzip',
  'bz2',
  'bzip2',
  'lz4',
  'snappy',
  'sz',
  'deflate',
  'zz',
  'pgp',
  'gpg',
  'asc',
]);

/** A file's own name, taken apart. */
export interface BareName {
  readonly stem: string;
  /** The extension of the format, small letters. */
  readonly format: string | undefined;
}

/** Takes the known extensions off a name: one of a format and all that say how it is compressed or encrypted, in any order. */
export function withoutExtensions(name: string): BareName {
  let stem = name;
  let format: string | undefined;
  for (let dot = stem.lastIndexOf('.'); dot > 0; dot = stem.lastIndexOf('.')) {
    const extension = stem.slice(dot + 1).toLowerCase();
    if (format === undefined && FORMATS.has(extension)) format = extension;
    else if (!WRAPPERS.has(extension)) break;
    stem = stem.slice(0, dot);
  }
  return { stem, format };
}
