import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';

/** A target that keeps connections open without saying how long, as many gateways do. */
class Target {
  readonly writes: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const { fields } = JSON.parse(body);
      this.writes.push(fields.About);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });

  async listen(): Promise<string> {
    this.#server.keepAliveTimeout = 0;
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/rows`; // a TCP server has one
  }

  /** Ends every connection, politely or not; gives how many there were. */
  async drop(how: 'FIN' | 'RST'): Promise<number> {
    const open = [...this.#sockets];
    const closed = open.map((socket) => once(socket, 'close'));
    for (const socket of open) how === 'RST' ? socket.resetAndDestroy() : socket.destroy();
    await Promise.all(closed);
    return open.length;
  }

  close = (): void => void this.#server.close();
}

const people = (from: number): string[] => Array.from({ length: 8 }, (_, i) => `C-${from + i}`);

describe.each([
  ['FIN', 'upsert'],
  ['RST', 'upsert'],
  ['FIN', 'send'],
  ['RST', 'send'],
] as const)(
  'a process that was frozen while its connections ended by %s, and then has to %s',
  (how, operation) => {
    let target: Target;
    let child: ChildProcess;
    afterEach(() => {
      child.kill('SIGKILL');
      target.close();
    });

    test('loses no write, and does none twice', async () => {
      target = new Target();
      const script = new URL('./frozen-process.mjs', import.meta.url).pathname;
      child = spawn(process.execPath, [script, await target.listen(), operation], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const { stdin, stdout } = child;
      if (!stdin || !stdout) throw new Error('the process has no pipes');
      const answers = createInterface({ input: stdout })[Symbol.asyncIterator]();
      const batch = async (ids: readonly string[]): Promise<[string, string, string | null][]> => {
        stdin.write(`${JSON.stringify(ids)}\n`);
        const { value } = await answers.next();
        return JSON.parse(value);
      };
      expect(new Set((await batch(people(0))).map(([, name]) => name))).toEqual(new Set(['delivered']));
      child.kill('SIGSTOP');
      expect(await target.drop(how)).toBeGreaterThan(0);
      child.kill('SIGCONT');
      const after = await batch(people(8));
      for (const [id, name, code] of after) {
        // What makes something happen is not repeated where nobody can know: it is a letter for a person to judge. Two of
        // them in a row and the breaker opens: the others wait in the retry queue.
        const fine =
          operation === 'upsert'
            ? ['delivered']
            : ['delivered', 'rejected remote.doubtful', 'parked remote.unanswered'];
        expect(fine).toContain([name, code].filter((part) => part !== null).join(' '));
        expect(target.writes.filter((about) => about === id)).toHaveLength(name === 'delivered' ? 1 : 0);
      }
      expect(after).toHaveLength(8);
    });
  },
);
