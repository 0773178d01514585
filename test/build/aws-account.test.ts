import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { regionOf, secretsThere } from '../../build/aws-account.js';
import { listen } from '../../local/listen.js';

const THERE = { VersionIdsToStages: { v1: ['AWSCURRENT'] } };

/** What DescribeSecret says of each; of all others that they are not there. */
const SECRETS: Readonly<Record<string, object>> = {
  'tributary/prod/good': THERE,
  'tributary/prod/empty': {},
  'tributary/prod/pending': { VersionIdsToStages: { v1: ['AWSPENDING'] } },
  'tributary/prod/going': { ...THERE, DeletedDate: 1_700_000_000 },
  'tributary/prod/hidden': { __type: 'AccessDeniedException', Message: 'no' },
  'tributary/prod/broken': { __type: 'InvalidRequestException', Message: 'no' },
};

const asked: string[] = [];
const service = createServer(async (request, response) => {
  const body: { SecretId: string } = JSON.parse(Buffer.concat(await request.toArray()).toString());
  asked.push(String(request.headers['x-amz-target']));
  const answer = SECRETS[body.SecretId] ?? { __type: 'ResourceNotFoundException', Message: 'none' };
  response.writeHead('__type' in answer ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(answer));
});

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'tributary-aws-account-'));
  await writeFile(join(home, 'config'), '[default]\nregion = eu-north-1\n[profile other]\noutput = json\n');
  const port = await listen(service, 0, 'Secrets Manager');
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', `http://127.0.0.1:${port}`);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  service.closeAllConnections();
  await new Promise((done) => service.close(done));
  await rm(home, { recursive: true });
});

const ids = (...names: readonly string[]) => names.map((name) => `tributary/prod/${name}`);

test('a secret that is there and has a value is nothing to speak of; no value is read', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  expect(await secretsThere(ids('good'), 'eu-central-1')).toEqual({ faults: [], notes: [] });
  expect(asked).toEqual(['secretsmanager.DescribeSecret']);
});

test('what is missing, empty or going is named, each with the command that mends it; what nobody may see is a note', async () => {
  const found = await secretsThere(
    ids('good', 'none', 'empty', 'pending', 'going', 'hidden'),
    'eu-central-1',
  );
  expect(found.faults).toEqual([
    'tributary/prod/none is missing: aws secretsmanager create-secret --region eu-central-1 --name tributary/prod/none --secret-string file://FILE',
    'tributary/prod/empty has no value: aws secretsmanager put-secret-value --region eu-central-1 --secret-id tributary/prod/empty --secret-string file://FILE',
    expect.stringMatching(/^tributary\/prod\/pending has no value: /),
    'tributary/prod/going is being deleted: aws secretsmanager restore-secret --region eu-central-1 --secret-id tributary/prod/going',
  ]);
  expect(found.notes).toEqual([expect.stringMatching(/tributary\/prod\/hidden.*DescribeSecret/)]);
});

test('what Secrets Manager says else is thrown', async () => {
  await expect(secretsThere(ids('broken'), 'eu-central-1')).rejects.toMatchObject({
    name: 'InvalidRequestException',
  });
});

test('the region is what the command says, else the environment, else the profile; none is guessed', async () => {
  vi.stubEnv('AWS_REGION', undefined);
  vi.stubEnv('AWS_DEFAULT_REGION', undefined);
  vi.stubEnv('AWS_CONFIG_FILE', join(home, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(home, 'none'));
  const env = { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' };
  expect(await regionOf('us-west-2', env)).toBe('us-west-2');
  expect(await regionOf(undefined, env)).toBe('eu-west-1');
  expect(await regionOf(undefined, { AWS_DEFAULT_REGION: 'eu-west-2' })).toBe('eu-west-2');
  expect(await regionOf(undefined, {})).toBe('eu-north-1');
  vi.stubEnv('AWS_PROFILE', 'other');
  expect(await regionOf(undefined, {})).toBeUndefined();
});
