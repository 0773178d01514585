import { createHash } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import ssh2, { type AuthContext, type Connection } from 'ssh2';
import { serveFolder } from './sftp-folder.js';

/** Who may sign in, and where. */
export interface SftpOptions {
  /** The folder that is the root for everybody who signs in. */
  readonly folder: string;
  readonly user: string;
  readonly password?: string;
  /** A public key as text, `ssh-ed25519 …`. */
  readonly publicKey?: string;
  /** Another key than a new one, as text; its fingerprint changes with it. */
  readonly hostKey?: string;
}

/** A running SFTP server over a folder. */
export interface SftpServer {
  readonly port: number;
  /** `SHA256:…` of the host key. */
  readonly fingerprint: string;
  close(): Promise<void>;
}

/** A new key pair as text; with a passphrase the private part is encrypted. Now and then ssh2 makes one that it cannot read. */
export function newSshKey(passphrase?: string): { readonly private: string; readonly public: string } {
  for (;;) {
    const made =
      passphrase === undefined
        ? ssh2.utils.generateKeyPairSync('ed25519')
        : ssh2.utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-cbc', rounds: 16 });
    if (!(ssh2.utils.parseKey(made.private, passphrase) instanceof Error)) return made;
  }
}

const keyIn = (text: string): ssh2.ParsedKey => {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key;
};

function admits(context: AuthContext, { user, password, publicKey }: SftpOptions): boolean {
  if (context.username !== user) return false;
  if (context.method === 'password') return password !== undefined && context.password === password;
  if (context.method !== 'publickey' || publicKey === undefined) return false;
  const known = keyIn(publicKey);
  if (!known.getPublicSSH().equals(context.key.data)) return false;
  // Without a signature the client only asks whether the key would do.
  return (
    context.signature === undefined ||
    known.verify(context.blob ?? Buffer.alloc(0), context.signature, context.hashAlgo) === true
  );
}

/** Starts an SFTP server in this process, on a free port of 127.0.0.1. */
export async function startSftp(options: SftpOptions): Promise<SftpServer> {
  const hostKey = options.hostKey ?? newSshKey().private;
  const connections = new Set<Connection>();
  const ssh = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    connections.add(client);
    client.on('error', () => undefined);
    client.on('close', () => connections.delete(client));
    client.on('authentication', (context) =>
      admits(context, options) ? context.accept() : context.reject(['password', 'publickey']),
    );
    client.on('session', (accept) => {
      accept().on('sftp', (acceptSftp) => serveFolder(acceptSftp(), options.folder));
    });
  });
  // Else small answers would wait for the client's next packet.
  const server = createServer({ noDelay: true }, (socket) => ssh.injectSocket(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server on a TCP port has no other address.
  const { port } = server.address() as AddressInfo;
  const digest = createHash('sha256').update(keyIn(hostKey).getPublicSSH()).digest('base64');
  return {
    port,
    fingerprint: `SHA256:${digest.replace(/=+$/, '')}`,
    close: () =>
      new Promise((resolve) => {
        for (const connection of connections) connection.end();
        server.close(() => resolve());
      }),
  };
}
