import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAudiences } from '../../cli/audiences.js';
import { runForget } from '../../cli/forget.js';
import { runWhy } from '../../cli/why.js';
import { type Azurite, startAzurite } from '../../local/emulators/azurite.js';
import { ONE_RULE } from '../files/support/one-rule.js';
import { runLent } from './lent-world.js';

let azurite: Azurite;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-named-'));
  const config = join(folder, 'tributary.yaml');
  await writeFile(config, ONE_RULE);
  azurite = await startAzurite();
  const options = { allowInsecureConnection: true };
  await TableClient.fromConnectionString(azurite.connectionString, 'state', options).createTable();
  env = {
    TRIBUTARY_CONFIG: config,
    TRIBUTARY_STATE: 'azure-table:state',
    TRIBUTARY_STATE_CONNECTION: 'secret:storage',
  };
});
afterAll(async () => {
  await azurite.close();
  await rm(folder, { recursive: true });
});

test.each([
  [
    'why',
    runWhy,
    ['--person', 'C-1'],
    { status: 1, out: '', err: expect.stringMatching(/^nothing is kept of that: /) },
  ],
  [
    'forget',
    runForget,
    ['--connection', 'sales'],
    { status: 0, out: expect.stringContaining(': sales\n'), err: '' },
  ],
  ['audiences', runAudiences, ['--json'], { status: 0, out: '', err: '' }],
] as const)(
  '%s fetches a connection that is a secret by name, as the deployment does',
  async (_, run, args, said) => {
    const named = { ...env, TRIBUTARY_SECRET_STORAGE: azurite.connectionString };
    expect(await runLent(run, args, { env: named })).toEqual(said);
    const lacking = await runLent(run, args, { env });
    expect(lacking).toMatchObject({
      status: 2,
      err: expect.stringContaining('set TRIBUTARY_SECRET_STORAGE'),
    });
  },
);
