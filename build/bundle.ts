import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

/** One function, or one app: where its code begins and where its package is made. */
export interface Bundle {
  /** The module to begin with, from the project's root: `lambdas/entries/consumer.ts`. */
  readonly entry: string;
  /** Folder of the package, from the project's root; the entry becomes `index.mjs` in it. */
  readonly folder: string;
  /** Packages that the platform brings itself, or that must not be there. */
  readonly external?: readonly string[];
}

/** What esbuild says of everything that it wrote. */
export type Written = Metafile;

/** CommonJS packages among the dependencies ask for built-in modules by `require`, which modules have not. */
const REQUIRE =
  "import { createRequire as tributaryRequireOf } from 'node:module'; const require = tributaryRequireOf(import.meta.url);";

/**
 * How code is packed for either cloud: one description, so that they cannot differ. What is imported by `import()` is a
 * file of its own, so that a cold start reads only what the deployment uses: its stores, its connectors, its tools.
 */
export const optionsOf = (root: string, { entry, folder, external = [] }: Bundle): BuildOptions => ({
  absWorkingDir: root,
  entryPoints: { index: entry },
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'parts/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Modules before CommonJS: only they can be cut down to what is used.
  mainFields: ['module', 'main'],
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  banner: { js: REQUIRE },
  // A customer's functions are compiled when the package is made (build/rules.ts), not where they run.
  // Native parts of ssh2, which does without: they would be of the machine that builds.
  external: ['esbuild', 'cpu-features', '*.node', ...external],
  metafile: true,
  logLevel: 'warning',
});

/** Our own modules that a bundle imports by `import()`. */
const importedLater = (root: string, { entry }: Bundle, { outputs }: Written): ReadonlySet<string> =>
  new Set(
    Object.values(outputs)
      .flatMap(({ entryPoint = entry }) => (entryPoint === entry ? [] : [entryPoint]))
      .filter((path) => !path.startsWith('node_modules/'))
      .map((path) => resolve(root, path)),
  );

/**
 * Makes what a start reads one file. esbuild puts what several parts share into a file for each set of parts that shares it:
 * thirty at a start, of which Node has to find, read and link each. A part that says that it needs the entry, which has run long
 * before, shares all of it, and so there is one such set. On the first line, so that source maps stay right.
 */
const asOneFile = (root: string, { entry }: Bundle, later: ReadonlySet<string>): Plugin => ({
  name: 'as-one-file',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (!later.has(path)) return undefined;
      const text = await readFile(path, 'utf8');
      return { contents: `import ${JSON.stringify(resolve(root, entry))}; ${text}`, loader: 'ts' };
    });
  },
});

/** Packs one bundle. Throws what esbuild finds wrong. */
export async function pack(root: string, bundle: Bundle): Promise<Written> {
  const options = { ...optionsOf(root, bundle), metafile: true } as const;
  // Only to see what imports what.
  const { metafile: first } = await build({ ...options, minify: false, sourcemap: false, write: false });
  const plugins = [asOneFile(root, bundle, importedLater(root, bundle, first))];
  return (await build({ ...options, plugins })).metafile;
}
