import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { endWithParent } from './tidy.js';

/** What a load is told. */
export const Load = z.object({
  url: z.string(),
  token: z.string(),
  /** Requests a second, sent when they are due, whether or not others have been answered. */
  rate: z.number(),
  seconds: z.number(),
  /** Begins the ids of this load's persons. */
  name: z.string(),
});
export type Load = z.infer<typeof Load>;

/** What became of one request. */
export const Answered = z.object({
  status: z.number(),
  /** From when it was due until its answer was read, milliseconds. */
  ms: z.number(),
  /** Numbers of its first person and of the one after its last. */
  from: z.number(),
  to: z.number(),
});
export type Answered = z.infer<typeof Answered>;

/** Profiles a call: of 100 calls 80 bring one, 18 ten (Adobe's enterprise limit), 2 a hundred. */
const sizeOf = (call: number): number => (call % 50 === 7 ? 100 : call % 50 < 9 ? 10 : 1);

const profile = (id: string): object => ({
  person: { name: { firstName: 'Ada', lastName: `Example ${id}` } },
  personalEmail: { address: `${id}@example.com` },
  identityMap: { crmid: [{ id }], email: [{ id: `${id}@example.com` }] },
  segmentMembership: {
    ups: Object.fromEntries(
      Array.from({ length: 6 }, (_, i) => [
        `59bd2fkd-3c48-4b18-bf56-4f5c5e6967a${i}`,
        { lastQualificationTime: '2026-01-02T03:04:05Z', status: i % 3 === 0 ? 'exited' : 'realized' },
      ]),
    ),
  },
});

const agent = new Agent({ keepAlive: true, maxSockets: 2_000 });

function send({ url, token }: Load, body: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const call = request(`${url}/v1/exports`, { method: 'POST', headers, agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}

async function run(load: Load): Promise<Answered[]> {
  const total = Math.round(load.rate * load.seconds);
  const answers: Promise<Answered>[] = [];
  let persons = 0;
  const start = performance.now();
  const one = async (call: number): Promise<Answered> => {
    const from = persons;
    persons += sizeOf(call);
    const to = persons;
    const list = Array.from({ length: to - from }, (_, i) => profile(`${load.name}-${from + i}`));
    const due = start + (call / load.rate) * 1000;
    const status = await send(load, JSON.stringify(list.length === 1 ? list[0] : list)).catch(() => 0);
    return { status, ms: performance.now() - due, from, to };
  };
  while (answers.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * load.rate) + 1);
    while (answers.length < due) answers.push(one(answers.length));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const done = await Promise.all(answers);
  agent.destroy();
  return done;
}

// Who started it wants its schemas, too.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  endWithParent();
  process.once('message', (told) => {
    void run(Load.parse(told)).then((answers) => {
      // Answers of a minute do not go through at once.
      process.send?.(answers, () => process.disconnect());
    });
  });
}
