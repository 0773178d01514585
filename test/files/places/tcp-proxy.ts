import { connect, createServer, type Socket } from 'node:net';

/** Comes between a client and a server, and does what networks do. */
export interface TcpProxy {
  readonly port: number;
  /** Connections of clients that are open now. */
  open(): number;
  /** How many there were in all. */
  opened(): number;
  /** Bytes from the server that were passed on. */
  passed(): number;
  /** The next connections are reset at once. */
  refuse(count: number): void;
  /** From now on nothing is passed on. */
  hang(): void;
  /** Everything is reset once so many more bytes of the server have been passed on; then once more, and so on. */
  cutAfter(...bytes: readonly number[]): void;
  close(): Promise<void>;
}

/** Starts a proxy in front of a port of this machine. */
export async function startProxy(target: number): Promise<TcpProxy> {
  const clients = new Set<Socket>();
  let [opened, passed, refused, hanging, sinceCut] = [0, 0, 0, false, 0];
  let cuts: number[] = [];

  const server = createServer((client) => {
    opened++;
    client.on('error', () => undefined);
    if (refused > 0) {
      refused--;
      client.resetAndDestroy();
      return;
    }
    clients.add(client);
    const upstream = connect(target, '127.0.0.1').on('error', () => client.destroy());
    client.on('close', () => {
      clients.delete(client);
      upstream.destroy();
    });
    client.on('data', (bytes) => void (hanging || upstream.write(bytes)));
    upstream.on('data', (bytes) => {
      if (hanging) return;
      const [cut] = cuts;
      const all = cut === undefined || sinceCut + bytes.length <= cut;
      const part = all ? bytes : bytes.subarray(0, cut - sinceCut);
      passed += part.length;
      sinceCut += part.length;
      if (!client.write(part)) {
        upstream.pause();
        client.once('drain', () => upstream.resume());
      }
      if (all) return;
      cuts = cuts.slice(1);
      sinceCut = 0;
      // What was written should arrive before the end does.
      for (const one of clients) one.end(() => one.destroy());
      upstream.destroy();
    });
    upstream.on('close', () => client.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    open: () => clients.size,
    opened: () => opened,
    passed: () => passed,
    refuse(count) {
      refused = count;
    },
    hang() {
      hanging = true;
    },
    cutAfter(...bytes) {
      cuts = [...bytes];
      sinceCut = 0;
    },
    close: () =>
      new Promise((resolve) => {
        for (const client of clients) client.destroy();
        server.close(() => resolve());
      }),
  };
}
