import rhea, { type Connection, type EventContext, type Message, type Receiver, type Sender } from 'rhea';
import { expect, onTestFinished } from 'vitest';
import { HUB } from './sdk-clients.js';

/** A bare AMQP client, for what the SDK never does. */
export async function connect(port: number, options: object = { username: 'any' }): Promise<Connection> {
  const container = rhea.create_container();
  const connection = container.connect({ host: '127.0.0.1', port, reconnect: false, ...options });
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        connection.once('connection_close', () => resolve());
        connection.close();
      }),
  );
  await new Promise((resolve) => connection.once('connection_open', resolve));
  return connection;
}

/** One request to a node, and its answer. */
export function ask(connection: Connection, node: string, request: object): Promise<Message> {
  const session = connection.create_session();
  session.begin();
  return new Promise((resolve) => {
    const replies: Receiver = session.open_receiver({ source: node, target: 'replies' });
    replies.once('message', ({ message }: EventContext) => message && resolve(message));
    const requests: Sender = session.open_sender({ target: node });
    requests.once('sendable', () =>
      requests.send({ message_id: 'q', reply_to: 'replies', body: '', ...request }),
    );
  });
}

/** A client that may do anything with the hub. */
export async function authorised(port: number): Promise<Connection> {
  const connection = await connect(port);
  const application_properties = { operation: 'put-token', name: `sb://h/${HUB}`, type: 'jwt' };
  const reply = await ask(connection, '$cbs', { application_properties, body: 'believed' });
  expect(reply).toMatchObject({ correlation_id: 'q', application_properties: { 'status-code': 202 } });
  return connection;
}

const SOURCE = `${HUB}/ConsumerGroups/$Default/Partitions/0`;
const filter = (text: string) => ({
  'apache.org:selector-filter:string': rhea.types.wrap_described(text, 0x46_8c_00_00_00_04),
});

/** A link that reads partition 0 from where the filter says, with no credit yet, and what it got. */
export function reader(connection: Connection, text: string | undefined, options: object = {}) {
  const source = text === undefined ? { address: SOURCE } : { address: SOURCE, filter: filter(text) };
  const link = connection.open_receiver({ source, credit_window: 0, autoaccept: true, ...options });
  const messages: Message[] = [];
  link.on('message', ({ message }: EventContext) => message && messages.push(message));
  return { link, messages };
}

/** Sequence numbers of messages. */
export const sequence = (messages: readonly Message[]): unknown[] =>
  messages.map(({ message_annotations }) => message_annotations?.['x-opt-sequence-number']);

/** The error a link is closed with. */
export const refusal = (link: Sender | Receiver): Promise<unknown> =>
  new Promise((resolve) => {
    for (const event of ['sender_error', 'receiver_error']) link.once(event, () => resolve(link.error));
  });
