import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';

/** A running Azurite with blobs, queues and tables in memory. */
export interface Azurite {
  readonly connectionString: string;
  readonly blobUrl: string;
  readonly queueUrl: string;
  readonly tableUrl: string;
  close(): Promise<void>;
}

const SERVICES = ['Blob', 'Queue', 'Table'] as const;
type Endpoints = ReadonlyMap<string, string>;

/** The account every Azure storage emulator has, published in Microsoft's documentation: not a secret. */
const ACCOUNT = 'devstoreaccount1';
const ACCOUNT_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

const START_MS = 30_000;

/** Ends Azurite when its parent is gone, even killed: the channel between them closes then. */
const WATCH_PARENT = `data:text/javascript,${encodeURIComponent("process.on('disconnect', () => process.exit(0))")}`;

const ARGUMENTS = [
  '--silent',
  '--disableTelemetry',
  '--inMemoryPersistence',
  // @azure/storage-blob sends an API version newer than this Azurite knows.
  '--skipApiVersionCheck',
  '--blobPort=0',
  '--queuePort=0',
  '--tablePort=0',
];

/** Paths of PEM files for 127.0.0.1. */
export interface AzuriteCertificate {
  readonly cert: string;
  readonly key: string;
}

/** With a certificate Azurite speaks TLS, and takes tokens beside keys. */
const tlsArguments = (tls: AzuriteCertificate | undefined): string[] =>
  tls === undefined ? [] : [`--cert=${tls.cert}`, `--key=${tls.key}`, '--oauth=basic'];

const launch = (tls: AzuriteCertificate | undefined): ChildProcess => {
  const script = createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js');
  const args = ['--import', WATCH_PARENT, script, ...ARGUMENTS, ...tlsArguments(tls)];
  return spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // In a group of its own: Ctrl-C in a terminal goes to the whole group, and would end it before those who use it.
    detached: true,
  });
};

/** Killed, not asked: on SIGTERM Azurite waits for idle keep-alive connections, and there is nothing to save. */
const stop = async (child: ChildProcess): Promise<void> => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
};

const endpointsIn = (output: string): Endpoints => {
  const lines = output.matchAll(/Azurite (\w+) service is successfully listening at (https?:\/\/\S+)/g);
  return new Map([...lines].map(([, service, url]) => [service ?? '', url ?? '']));
};

/** Port 0 lets the system choose, so the ports are known only from what Azurite prints, which it does even when silent. */
const listening = (child: ChildProcess): Promise<Endpoints> =>
  new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string) => reject(new Error(`Azurite ${why}. It said: ${output.trim() || 'nothing'}`));
    const timer = setTimeout(() => fail(`was not up after ${START_MS} ms`), START_MS);
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const endpoints = endpointsIn(output);
      if (endpoints.size < SERVICES.length) return;
      clearTimeout(timer);
      resolve(endpoints);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`ended early (${code ?? signal})`);
    });
  });

const connectionString = (endpoints: Endpoints): string =>
  [
    `DefaultEndpointsProtocol=${endpoints.get('Blob')?.split(':')[0]}`,
    `AccountName=${ACCOUNT}`,
    `AccountKey=${ACCOUNT_KEY}`,
    ...SERVICES.map((service) => `${service}Endpoint=${endpoints.get(service)}/${ACCOUNT}`),
    '',
  ].join(';');

/**
 * Starts Azurite in a child process on free ports of 127.0.0.1, up in about a second; over TLS when a
 * certificate is given.
 */
export const startAzurite = async (tls?: AzuriteCertificate): Promise<Azurite> => {
  const child = launch(tls);
  try {
    const endpoints = await listening(child);
    return {
      connectionString: connectionString(endpoints),
      blobUrl: `${endpoints.get('Blob')}/${ACCOUNT}`,
      queueUrl: `${endpoints.get('Queue')}/${ACCOUNT}`,
      tableUrl: `${endpoints.get('Table')}/${ACCOUNT}`,
      close: () => stop(child),
    };
  } catch (error) {
    await stop(child);
    throw error;
  }
};
