import { stat } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bad, ok, type Result } from '../core/fault.js';

/** How a customer's file names the module that has `defineRule` and `defineMapping`. */
const OURS = 'tributary/functions';

type Exports = Readonly<Record<string, unknown>>;

/**
 * Loads a file of a customer's: `.js` and `.mjs` as they are, `.ts` by way of esbuild, which is imported only then.
 * `tributary/functions` is found wherever the file lies. Bad: `config.unreadable` with what is wrong.
 */
export async function importFile(file: string): Promise<Result<Exports>> {
  const path = resolve(file);
  const extension = extname(path);
  if (!['.js', '.mjs', '.ts'].includes(extension)) {
    return bad('config.unreadable', `${file} must be a .js, .mjs or .ts file`);
  }
  try {
    const { mtimeMs } = await stat(path);
    if (extension === '.ts') return ok(await bundled(path));
    // The time makes a file that was changed another module: whoever watches it loads it again.
    return ok(await imported(`${pathToFileURL(path).href}?${mtimeMs}`, path));
  } catch (cause) {
    return bad('config.unreadable', `${file} cannot be loaded: ${wordsOf(cause)}`, { cause });
  }
}

async function imported(url: string, path: string): Promise<Exports> {
  try {
    return (await import(url)) as Exports; // a module is an object
  } catch (error) {
    if (isMissing(error, 'tributary')) return bundled(path);
    throw error;
  }
}

/** Whether it is a package that cannot be found; Node names no more of it than the part before the slash. */
const isMissing = (error: unknown, name: string): boolean =>
  error instanceof Error &&
  'code' in error &&
  error.code === 'ERR_MODULE_NOT_FOUND' &&
  error.message.includes(`'${name}`);

/** One module of a file and all it imports, so that it needs nothing around it. */
async function bundled(path: string): Promise<Exports> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [path],
    absWorkingDir: dirname(path),
    alias: { [OURS]: fileURLToPath(new URL('./define', import.meta.url)) },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
    // For packages of the customer's that are CommonJS.
    banner: {
      js: `import { createRequire as requireOf } from 'node:module'; const require = requireOf(${JSON.stringify(path)});`,
    },
  });
  const text = outputFiles[0]?.contents ?? new Uint8Array();
  return (await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`)) as Exports; // a module is an object
}

/** What went wrong: the places that esbuild names, or the message. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (isMissing(error, 'esbuild')) {
    return 'TypeScript needs the package esbuild here; compile the file to .mjs before you deploy it';
  }
  if (!('errors' in error) || !Array.isArray(error.errors)) return error.message;
  return error.errors
    .slice(0, 3)
    .map(
      ({ text, location }) =>
        `${location ? `${location.file}:${location.line}:${location.column + 1}: ` : ''}${text}`,
    )
    .join('; ');
}
