import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, Container, EventContext, link } from 'rhea';

/** How long a closing emulator waits for its clients to say goodbye. */
const PATIENCE_MS = 500;

/**
 * How long clients in this very process get to see that their sockets have ended. Until then the SDK takes its old
 * connection for a usable one, and a send would fail with "Failed to connect", which it does not retry.
 */
const SETTLE_MS = 20;

const SHUTTING_DOWN = 'The emulator is shutting down.';

/** The clients of one server. */
export interface Connections {
  /** Destroys every socket, as a broken network would. */
  drop(): void;
  /** Stops listening and ends every connection in AMQP, as a service that restarts does. */
  close(): Promise<void>;
}

/** Keeps account of a server's sockets and AMQP connections. */
export function connectionsOf(server: Server, container: Container): Connections {
  const sockets = new Set<Socket>();
  const open = new Set<Connection>();
  server.on('connection', (socket) => {
    // Without this, Nagle's algorithm and delayed acknowledgements cost about 40 ms an answer.
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  container.on('connection_open', ({ connection }: EventContext) => open.add(connection));
  for (const gone of ['connection_close', 'disconnected']) {
    container.on(gone, ({ connection }: EventContext) => open.delete(connection));
  }
  const drop = (): void => {
    for (const socket of sockets) cut(socket);
  };
  return {
    drop,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const connection of open) end(connection);
      const impatient = setTimeout(drop, PATIENCE_MS);
      await closed;
      clearTimeout(impatient);
      await sleep(SETTLE_MS);
    },
  };
}

/** Links first: a reader of the SDK notices the end of its link at once, that of its connection only when it next asks. */
function end(connection: Connection): void {
  connection.each_link((each: link) => {
    each.close({ condition: 'amqp:link:detach-forced', description: SHUTTING_DOWN });
  });
  connection.close({ condition: 'amqp:connection:forced', description: SHUTTING_DOWN });
}

/** Destroys a socket with an error: only then does rhea clear the timers of its connection. */
export function cut(socket: Socket): void {
  socket.destroy(new Error('The emulator cut this connection.'));
}
