import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import { encodeKept } from '../../shared/stores/kept-codec.js';
import { toText } from '../../shared/stores/kept-text.js';
import { contact } from '../conformance/people.js';
import { NOW, noise, plain, sample } from '../stores/kept-samples.js';
import { letter, letters, parkedOrg, parking } from './parked-org.js';
import { tributaryParked } from './parked-world.js';

const org = parkedOrg();
const { row, replay } = org;

test('into the retry queue instead: due soon, with all patience, and only what is dead', async () => {
  const kept = [letter({ id: 'C-1' }), letter({ id: 'C-2' })];
  await (await letters()).bury(kept);
  const waits = letter({ id: 'C-3' });
  await (await parking()).park([waits]);
  const only = { TRIBUTARY_PARKING: 'memory:cli', TRIBUTARY_DEAD_LETTERS: 'memory:cli' };
  const { status, out } = await tributaryParked(['replay', '--requeue'], only);
  expect(status).toBe(0);
  expect(out).toContain('2 put into the retry queue');
  expect((await letters()).all()).toEqual([]);
  const [third, ...requeued] = (await parking()).all();
  expect(third && plain(third)).toEqual(plain(waits));
  expect(requeued.map(({ attempts, firstSeen }) => ({ attempts, firstSeen }))).toEqual([
    { attempts: 0, firstSeen: NOW },
    { attempts: 0, firstSeen: NOW },
  ]);
  expect(org.crm().stats().calls).toBe(0);
});

test('a parked message that once could not be read is tried once it can; what is not ours never', async () => {
  const within = letter({ id: 'C-1' });
  const unreadable = (id: string, body: Uint8Array) =>
    sample({ fault: new Fault('park.format', 'newer') }, { id, source: 'sqs:parked', body });
  await (await letters()).bury([
    unreadable('q-1', Buffer.from(toText(encodeKept(within, 0)))),
    unreadable('q-2', noise(40)),
  ]);
  const { status, out } = await replay('--json');
  expect(status).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ replayed: 1, dropped: 1, unreadable: 1 });
  expect(row('C-1')).toMatchObject(contact('C-1', 1));
  expect((await letters()).all().map(({ message }) => message.id)).toEqual(['q-2']);
});
