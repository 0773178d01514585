import { readFile } from 'node:fs/promises';

/** A file of the page. */
export interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array;
}

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
};

/** Reads the page's files, as the build left them in a folder (with a slash at its end). By their path on the server. */
export async function readAssets(folder: string): Promise<ReadonlyMap<string, Asset>> {
  const read = Object.entries(FILES).map(async ([path, [file, type]]): Promise<[string, Asset]> => {
    return [path, { type, bytes: await readFile(`${folder}${file}`) }];
  });
  return new Map(await Promise.all(read));
}
