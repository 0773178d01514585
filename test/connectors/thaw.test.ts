import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createPipeline } from '../../shared/pipeline/run.js';
import { type ConnectorSubject, play } from '../contracts/connector-subject.js';
import { fakeDeps, message, rulesOf } from '../support/fakes.js';
import { everySubject } from './every-subject.js';
import { type Play, reset, startFaultServer } from './fault-server.js';

const PEOPLE = ['ada', 'bob', 'cyd', 'dan', 'eve'];

/** A rule that writes what the subject writes. */
function rulesFor(subject: ConnectorSubject) {
  const { object, key, fields } = subject.action('x');
  const [match = ''] = Object.keys(key);
  const set = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { value }]));
  return rulesOf({
    audiences: { hot: 'hot-1' },
    person: { key: ['crmid'] },
    connections: { crm: { type: 'fake' } },
    rules: [
      {
        name: 'one',
        when: { member: 'hot' },
        do: [{ upsert: `crm/${object}`, match: { [match]: '$key' }, set }],
      },
    ],
  });
}

const record = (key: string, minute: number) =>
  message(
    `${key}-${minute}`,
    {
      identityMap: { crmid: [{ id: key }] },
      segmentMembership: {
        ups: { 'hot-1': { status: 'realized', lastQualificationTime: '2026-11-01T10:00:00Z' } },
      },
    },
    1_790_000_000_000 + minute * 60_000,
  );

describe.each(everySubject.map((subject) => [subject.name, subject] as const))(
  '%s: a process that was frozen',
  (_, subject) => {
    test('finds its kept connections dead: every row is written, and once', async () => {
      const written: string[] = [];
      const used = new WeakSet<Socket>();
      // A connection serves one request. The next one on it finds a server that has forgotten the connection.
      const server = await startFaultServer(
        ({ path, body }): Play =>
          (socket, request) => {
            if (used.has(socket)) return reset(socket, request);
            used.add(socket);
            const login = subject.loggingIn(path);
            if (login === undefined) written.push(...subject.keysOf(body));
            const keys = login === undefined ? subject.keysOf(body) : [];
            return play(login ?? subject.judge(keys, new Set()))(socket, request);
          },
      );
      try {
        const deps = fakeDeps(rulesFor(subject), subject.open(server.url, { timeoutMs: 5000 }));
        const pipeline = createPipeline(deps);
        const names: string[] = [];
        // One by one, as a function is woken and frozen again.
        for (const [minute, key] of PEOPLE.entries()) {
          const settlements = await pipeline.run([record(key, minute)], { redelivers: true });
          names.push(...settlements.flatMap(({ endings }) => endings.map(({ name }) => name)));
        }
        expect(names).toEqual(PEOPLE.map(() => 'delivered'));
        expect(written).toEqual(PEOPLE);
      } finally {
        await server.close();
      }
    });
  },
);
