import { fileURLToPath } from 'node:url';

/** The package's own folder, whether this runs from dist/local/dev or from local/dev. */
export const packageRoot = (): string => {
  const here = fileURLToPath(new URL('.', import.meta.url));
  return here.replace(/(?:[\\/]dist)?[\\/]local[\\/]dev[\\/]?$/, '/');
};

/** The built (or, under a TypeScript loader, the source) module of an entry such as lambdas/entries/consumer. */
export const entryUrl = (name: string): string => {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`../../${name}.${extension}`, import.meta.url).href;
};
