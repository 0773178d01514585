import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { functionsFile } from './functions-file.js';

const root = resolve(import.meta.dirname, '../..');

test('the package gives tributary/functions to whoever installs it, with types', () => {
  const script = `import * as all from 'tributary/functions'; console.log(Object.keys(all).sort().join());`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(said.trim()).toBe('defineMapping,defineRule,isDefined');
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(existsSync(join(root, exports['./functions'].types))).toBe(true);
});

test.each(['mine.mjs', 'mine.ts'])('as it is shipped, it loads %s from outside the package', async (name) => {
  const file = await functionsFile(
    name,
    `import { defineRule } from 'tributary/functions';
     export const f = defineRule({ reads: {}, holds: ({ key }) => key.length > 5 });`,
  );
  const script = `
    import { loadFunctions } from './dist/shared/tools/functions.js';
    const loaded = await loadFunctions(process.argv[1]);
    if (!loaded.ok) throw loaded.fault;
    console.log(JSON.stringify(loaded.value.get('f').holds({ key: 'k-1' })));`;
  const args = ['--input-type=module', '-e', script, file];
  expect(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }).trim()).toBe(
    '{"ok":true,"value":false}',
  );
});
