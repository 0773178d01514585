import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { answers, freePort, stop } from './own-server.js';

const run = promisify(execFile);

/** Amazon's DynamoDB Local comes inside this package (56 MB); only its jar is wanted, not the packages it depends on. */
const PACKAGE = 'amplify-dynamodb-simulator';
const VERSION = '2.9.30';
const INTEGRITY =
  'sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==';

/** Kept between runs; out of git. */
const FOLDER = resolve(import.meta.dirname, '../../.tributary');
const START_MS = 60_000;

/** The version line of the Java on this machine, or nothing when there is none. */
export async function javaVersion(): Promise<string | undefined> {
  try {
    const { stderr } = await run('java', ['-version']);
    return stderr.split('\n')[0];
  } catch {
    return undefined;
  }
}

/** Fetches the package once, checks that it is the one we know, and gives the folder of the jar. */
async function emulatorFolder(): Promise<string> {
  const folder = join(FOLDER, `${PACKAGE}-${VERSION}`);
  if (existsSync(folder)) return join(folder, 'package/emulator');
  await mkdir(FOLDER, { recursive: true });
  const fetched = await mkdtemp(join(FOLDER, 'fetched-'));
  try {
    await run('npm', ['pack', '--silent', '--pack-destination', fetched, `${PACKAGE}@${VERSION}`]);
    const archive = join(fetched, `${PACKAGE}-${VERSION}.tgz`);
    const digest = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (`sha512-${digest}` !== INTEGRITY)
      throw new Error(
        `${PACKAGE}@${VERSION} from the registry is not the package this test was written with`,
      );
    await run('tar', ['-xzf', archive, '-C', fetched]);
    await rm(archive);
    await rename(fetched, folder);
  } catch (error) {
    await rm(fetched, { recursive: true, force: true });
    throw error;
  }
  return join(folder, 'package/emulator');
}

/** Amazon's own emulator, in memory, in a JVM of its own. */
export interface DynamoDbLocal {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Starts DynamoDB Local on a free port of this machine. */
export async function startDynamoDbLocal(): Promise<DynamoDbLocal> {
  const folder = await emulatorFolder();
  const port = await freePort();
  const child = spawn(
    'java',
    [
      '-Xmx512m',
      `-Djava.library.path=${join(folder, 'DynamoDBLocal_lib')}`,
      '-jar',
      join(folder, 'DynamoDBLocal.jar'),
      ...['-inMemory', '-sharedDb', '-disableTelemetry', '-port', String(port)],
    ],
    // It writes a file of its own into the folder it is started in.
    { cwd: FOLDER, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  process.once('exit', () => child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const end = performance.now() + START_MS;
  while (!(await answers(endpoint))) {
    if (child.exitCode !== null || performance.now() > end) {
      await stop(child);
      throw new Error(`DynamoDB Local was not up after ${START_MS} ms. It said: ${said.trim() || 'nothing'}`);
    }
    await delay(100);
  }
  return { endpoint, close: () => stop(child) };
}
