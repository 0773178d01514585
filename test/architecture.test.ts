import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** `from '…'`, `import '…'` and `import('…')` of a source text. */
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)['"]([^'"\s]+)['"]/g;

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

interface Arrow {
  readonly from: string;
  /** A room (`shared/core`, `lambdas`, …), or the name of a package. */
  readonly to: string;
  readonly specifier: string;
}

const roomOf = (path: string): string =>
  path
    .split('/')
    .slice(0, path.startsWith('shared/') ? 2 : 1)
    .join('/');

function arrowsOf(file: string): Arrow[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(IMPORT)].map(([, specifier = '']) => {
    const local = specifier.startsWith('.');
    const to = local ? roomOf(relative(root, resolve(root, dirname(file), specifier))) : specifier;
    return { from: file, to, specifier };
  });
}

const arrows = ['shared', 'functions', 'lambdas', 'cli', 'local', 'bench', 'build']
  .flatMap(sources)
  .flatMap(arrowsOf);
const from = (prefix: string): Arrow[] => arrows.filter((arrow) => arrow.from.startsWith(`${prefix}/`));
const show = (found: readonly Arrow[]): string[] =>
  found.map(({ from: file, specifier }) => `${file} -> ${specifier}`);

test('the test sees the arrows', () => {
  expect(arrows.length).toBeGreaterThan(200);
  expect(show(from('shared/core'))).toContain('shared/core/profile.ts -> zod');
  expect(show(from('lambdas'))).toContain('lambdas/compose.ts -> ../shared/assemble.js');
});

test('the core imports itself and zod, nothing else', () => {
  expect(show(from('shared/core').filter(({ to }) => to !== 'shared/core' && to !== 'zod'))).toEqual([]);
});

test('shared rooms import shared rooms, node and packages, never a host', () => {
  const hosts = ['functions', 'lambdas', 'cli', 'local', 'bench', 'build'];
  expect(show(from('shared').filter(({ to }) => hosts.includes(to)))).toEqual([]);
});

test('shared code is of no cloud: no cloud SDK outside the stores, the relays and the places of files', () => {
  const clouds = /^(@aws-sdk\/|@azure\/|aws-lambda$|@middy\/)/;
  const found = from('shared').filter(({ to }) => clouds.test(to));
  const rooms = ['shared/stores/', 'shared/connectors/relay/', 'shared/files/places/'];
  expect(show(found.filter(({ from: file }) => !rooms.some((room) => file.startsWith(room))))).toEqual([]);
});

test('a relay loads its SDK when it is needed: only open.ts reaches those who import one, by import()', () => {
  const relays = sources('shared/connectors').filter((file) => file.startsWith('shared/connectors/relay/'));
  const heavy = relays.filter((file) =>
    arrowsOf(file).some(({ to }) => /^@(?:aws-sdk|azure|smithy)\//.test(to)),
  );
  expect(heavy.length).toBeGreaterThanOrEqual(4);
  const names = heavy.map((file) => `./${file.split('/').at(-1)?.replace(/\.ts$/, '.js')}`);
  const open = readFileSync(join(root, 'shared/connectors/relay/open.ts'), 'utf8');
  expect(open).not.toMatch(/from '\.\/(?:kinesis|event-hubs|event-bridge|sns)\.js'/);
  const light = relays.filter((file) => !heavy.includes(file) && !file.endsWith('/open.ts'));
  const reaching = light.flatMap(arrowsOf).filter(({ specifier }) => names.includes(specifier));
  expect(show(reaching)).toEqual([]);
});

test('a kind of place loads its SDK when it is opened: nothing that open-place.ts imports by itself needs one', () => {
  const STATIC = /^import (?!type )[^']*?from '([^']+)';$/gm;
  const seen = new Set<string>();
  const packages = new Set<string>();
  const follow = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, specifier = ''] of readFileSync(join(root, file), 'utf8').matchAll(STATIC))
      if (specifier.startsWith('.'))
        follow(relative(root, resolve(root, dirname(file), specifier)).replace(/\.js$/, '.ts'));
      else packages.add(specifier);
  };
  follow('shared/files/places/open-place.ts');
  expect(seen.size).toBeGreaterThan(8);
  expect([...packages].filter((name) => !name.startsWith('node:'))).toEqual(['zod']);
});

test('traces are loaded by those who want them: only assemble.ts reaches their room, by import()', () => {
  const reaching = arrows.filter(
    ({ from: file, to }) => to === 'shared/traces' && !file.startsWith('shared/traces/'),
  );
  expect(show(reaching)).toEqual(['shared/assemble.ts -> ./traces/open.js']);
  expect(readFileSync(join(root, 'shared/assemble.ts'), 'utf8')).toContain(
    "await import('./traces/open.js')",
  );
});

test('the two clouds never import each other', () => {
  const allowed = (own: string, sdk: RegExp) => (arrow: Arrow) =>
    arrow.to === own ||
    arrow.to.startsWith('shared') ||
    arrow.to === 'zod' ||
    arrow.to.startsWith('node:') ||
    sdk.test(arrow.to);
  const lambdas = from('lambdas').filter(
    (arrow) => !allowed('lambdas', /^(@aws-sdk\/|aws-lambda$|@middy\/)/)(arrow),
  );
  const functions = from('functions').filter((arrow) => !allowed('functions', /^@azure\//)(arrow));
  expect(show([...lambdas, ...functions])).toEqual([]);
});

test('only cli/dev.ts reaches local, and only when it runs; what judges a package before it is deployed does, and never ships', () => {
  const inside = /^(?:local\/|bench\/|build\/deploy-)/;
  const reaching = arrows.filter(({ from: file, to }) => to === 'local' && !inside.test(file));
  expect(show(reaching)).toEqual(['cli/dev.ts -> ../local/dev/run.js']);
  expect(readFileSync(join(root, 'cli/dev.ts'), 'utf8')).toContain("await import('../local/dev/run.js')");
});

test('the page of the console is for browsers: of the rest of the house it takes types, and what is as pure as the core', () => {
  const page = arrows.filter(({ from: file }) => file.startsWith('local/console/page/'));
  expect(show(page)).toContain('local/console/page/main.tsx -> preact');
  const packages = page.filter(({ specifier }) => !specifier.startsWith('.'));
  expect(show(packages.filter(({ to }) => !/^(?:preact(?:\/hooks)?|@preact\/signals)$/.test(to)))).toEqual(
    [],
  );
  const outside = sources('local/console/page').flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const imports = text.matchAll(/^import (?!type )[^;]*?from '(\.\.[^']+)';$/gm);
    return [...imports].map(([, specifier = '']) => specifier.replace(/^(?:\.\.\/)+/, ''));
  });
  expect([...new Set(outside)].sort()).toEqual(['seconds-kept.js', 'shared/core/ports.js']);
});

test('nobody but the local run reaches the console', () => {
  const inside = /^local\/console\//;
  const reaching = arrows.filter(({ from: file, specifier }) => {
    const target = specifier.startsWith('.') ? relative(root, resolve(root, dirname(file), specifier)) : '';
    return inside.test(target) && !inside.test(file);
  });
  expect([...new Set(reaching.map(({ from: file }) => file))]).toEqual(['local/dev/console.ts']);
});

test('the environment is read in the roots only', () => {
  const reading = ['shared', 'functions', 'lambdas'].flatMap(sources).filter((file) => {
    const code = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    return /\bprocess\.env\b/.test(code);
  });
  // A Lambda is packed alone, so each kind has what puts it together in a file of its own.
  expect(reading.filter((file) => !/^lambdas\/compose(?:-[a-z]+)?\.ts$/.test(file))).toEqual([
    'functions/compose.ts',
  ]);
});

test('the core has no clock and no randomness of its own', () => {
  const impure = sources('shared/core').filter((file) => {
    const code = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    return /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\b|\bsetTimeout\b|\bfetch\(/.test(
      code,
    );
  });
  expect(impure).toEqual([]);
});
