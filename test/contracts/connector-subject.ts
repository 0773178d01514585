import { afterEach } from 'vitest';
import type { Action, Connector, Outcome } from '../../shared/core/remote.js';
import { never } from '../connectors/fakes.js';
import {
  answer,
  type FaultServer,
  type Play,
  type Received,
  startFaultServer,
} from '../connectors/fault-server.js';

/** An answer of a vendor, independent of how it is put on the wire. */
export interface Said {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the suite must know of a connector: how to open it and how its vendor talks. */
export interface ConnectorSubject {
  readonly name: string;
  open(base: string, options: { timeoutMs: number; fetch?: typeof fetch }): Connector;
  action(key: string): Action;
  /** All secrets the connector is given or obtains: none may come out again. */
  readonly secrets: readonly string[];
  /** The answer to a request that is not about rows (logging in), or nothing for a request about rows. */
  loggingIn(path: string): Said | undefined;
  /** Keys of the rows in a request, in order. */
  keysOf(body: string): readonly string[];
  /** The vendor's answer to these rows, refusing some of them for good. */
  judge(keys: readonly string[], refused: ReadonlySet<string>): Said;
  /** True when a bare 200 is this vendor's way to accept a row; else a 200 must name the row. */
  readonly statusIsAnswer: boolean;
  /** The header in which this vendor names a request. */
  readonly requestIdHeader: string;
}
/** An answer as a server plays it. */
export const play = ({ status, headers, body }: Said): Play => answer(status, headers, body);
/** A page for browsers. */
export const html = (status: number): Play =>
  answer(status, { 'content-type': 'text/html' }, '<html>Login</html>');
/** A status without a body. */
export const bare = (status: number, headers = {}): Play =>
  answer(status, { 'content-type': 'application/json', ...headers }, '');
/** The kind of each outcome. */
export const kinds = (outcomes: readonly Outcome[]): readonly string[] => outcomes.map(({ kind }) => kind);

/** Everything an outcome says, messages, stacks and causes included. */
export const everything = (outcomes: readonly Outcome[]): string =>
  outcomes
    .map((outcome) => {
      const { fault } = { fault: undefined, ...outcome };
      return [JSON.stringify(outcome), fault?.message, fault?.stack, String(fault?.cause)].join('\n');
    })
    .join('\n');

/** A connector opened against servers that misbehave; they end with the test. */
export function opposite(subject: ConnectorSubject) {
  const servers: FaultServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  async function serve(script: (request: Received) => Play): Promise<FaultServer> {
    const server = await startFaultServer(script);
    servers.push(server);
    return server;
  }

  async function facing(data: (request: Received, index: number) => Play, timeoutMs = 5000) {
    let count = 0;
    const server = await serve((request) => {
      const said = subject.loggingIn(request.path);
      return said === undefined ? data(request, count++) : play(said);
    });
    return { connector: subject.open(server.url, { timeoutMs }), server, calls: () => count };
  }

  const judging =
    (refused: ReadonlySet<string> = new Set()) =>
    ({ body }: Received): Play =>
      play(subject.judge(subject.keysOf(body), refused));

  const sendOne = async (data: Play, timeoutMs?: number): Promise<Outcome> => {
    const { connector } = await facing(() => data, timeoutMs);
    const [outcome, ...more] = await connector.send([subject.action('p1')], never());
    if (outcome === undefined || more.length > 0) throw new Error('one action must have one outcome');
    return outcome;
  };

  return { serve, facing, judging, sendOne };
}
