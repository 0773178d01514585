import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { extract } from '../../infra/azure/types/extract.js';
import { SOURCES } from '../../infra/azure/types/sources.js';

const run = promisify(execFile);

/** Whether the packages can be had: without a registry there is nothing to compare with. */
const reachable = await run('npm', ['view', '@azure/arm-msi@2.2.0', 'version']).then(
  () => true,
  () => false,
);
if (!reachable)
  process.stderr.write(
    'SKIPPED: infra/azure/types/arm-types.json was not compared with what Microsoft publishes: no npm registry answers\n',
  );

test.runIf(reachable)('the shapes of ARM types are those of the published packages', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'arm-types-'));
  try {
    for (const packaged of new Set(SOURCES.map(({ package: name }) => name))) {
      const { stdout } = await run('npm', ['pack', '--silent', packaged], { cwd: folder });
      const into = join(folder, packaged.replaceAll('/', '-'));
      await mkdir(into);
      await run('tar', ['xzf', stdout.trim(), '-C', into], { cwd: folder });
    }
    const found = await extract((packaged) => join(folder, packaged.replaceAll('/', '-'), 'package'));
    const committed = new URL('../../infra/azure/types/arm-types.json', import.meta.url);
    expect(found).toEqual(JSON.parse(await readFile(committed, 'utf8')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
