import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import type { Action, Outcome } from '../../shared/core/remote.js';
import { fakeCrm } from '../support/fakes.js';
import { audited, says } from './world.js';

const ANSWERS: readonly Outcome[] = [
  { kind: 'accepted' },
  { kind: 'rejected', code: 'BAD', text: 'bad' },
  { kind: 'absent' },
  { kind: 'retry', scope: 'row', fault: new Fault('remote.row-busy', 'busy') },
  { kind: 'retry', scope: 'connection', fault: new Fault('remote.throttled', 'slow') },
  { kind: 'unknown', fault: new Fault('remote.timeout', 'no answer') },
];

/** Batches of records of a few persons, two of whom share a row, and how the target answers. */
const stories = fc.record({
  batches: fc.array(
    fc.array(
      fc.record({
        person: fc.constantFrom('A', 'B', 'C'),
        second: fc.integer({ min: -60, max: 60 }),
        hot: fc.option(fc.boolean(), { nil: undefined }),
        name: fc.option(fc.constantFrom('Ada', 'Eve'), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    { minLength: 1, maxLength: 5 },
  ),
  answers: fc.infiniteStream(
    fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(5) }),
  ),
});

const mailOf = (person: string): string => (person === 'C' ? 'C@example.com' : 'shared@example.com');

test('each write that the target accepted is explained by one entry, whatever else it answers', async () => {
  await fc.assert(
    fc.asyncProperty(stories, async ({ batches, answers }) => {
      const accepted = new Map<string, number>();
      const answer = ({ key }: Action): Outcome => {
        const outcome = { ...(ANSWERS[answers.next().value ?? 0] ?? { kind: 'absent' as const }) };
        const [row = ''] = Object.values(key);
        if (outcome.kind === 'accepted') accepted.set(row, (accepted.get(row) ?? 0) + 1);
        return outcome;
      };
      const world = audited(fakeCrm({ answer }));
      let id = 0;
      for (const batch of batches) {
        const messages = batch.map(({ person, hot, name, second }) =>
          says(`m${++id}`, person, {
            mail: mailOf(person),
            second,
            ...(hot !== undefined && { hot }),
            ...(name !== undefined && { name }),
          }),
        );
        await world.run(...messages);
        world.deps.clock.advance(3_600_000);
      }
      for (const row of ['shared@example.com', 'C@example.com']) {
        const entries = (await world.row(row)).rows[0]?.entries ?? [];
        const told = entries.filter((entry) => entry.answer.kind === 'accepted');
        expect(told.length).toBe(accepted.get(row) ?? 0);
        expect([...entries].sort((a, b) => a.at - b.at)).toEqual(entries);
        for (const { messages, fields, causes } of told) {
          expect([messages.length, fields.length, causes.length].every((count) => count > 0)).toBe(true);
          expect(fields.every((field) => !('value' in field))).toBe(true);
        }
      }
      expect(world.deps.metrics.valuesOf('AuditLost')).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
