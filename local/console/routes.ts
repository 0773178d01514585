import * as z from 'zod';
import type { CompiledRules } from '../../shared/core/compiled.js';
import type { StateStore } from '../../shared/core/ports.js';
import type { PersonState } from '../../shared/core/state.js';
import { CrmAsk, type crmControl } from './crm.js';
import { type KeptPlaces, keptList, replay } from './kept.js';
import { personView } from './person.js';
import type { Desk } from './play/desk.js';
import { knownNow } from './play/known.js';
import { beforeOf, recordView } from './record.js';
import type { Ask, Reply } from './server.js';
import type { Sending } from './told.js';
import { BEFORE, type ExampleView } from './views.js';
import type { Watch } from './watch.js';

/** Takes events in, as the doors would. */
export interface Sender {
  /** One event into a stream. */
  send(body: string): Promise<void>;
  /** Generated traffic, in the background. */
  traffic(events: number): void;
  state(): Sending;
}

/** What the page's questions are answered from. */
export interface RoutesDeps {
  readonly watch: Watch;
  readonly kept: KeptPlaces;
  readonly store: StateStore;
  /** The rules that run, and their text. */
  readonly rules: CompiledRules;
  readonly text: string;
  readonly functions: string | undefined;
  readonly examples: readonly ExampleView[];
  readonly desk: Desk;
  readonly crm: ReturnType<typeof crmControl> | undefined;
  readonly sender: Sender;
  readonly now: () => number;
  readonly stop: AbortSignal;
}

const ok = (value: unknown): Reply => ({ status: 200, value });
const failed = (status: number, error: string): Reply => ({ status, value: { error } });
const GONE = failed(404, 'it is no longer kept: the console keeps the latest records only');

const ReplayAsk = z.strictObject({
  place: z.enum(['parked', 'letters']),
  ref: z.string().max(100).optional(),
});
const SendAsk = z.strictObject({ body: z.string().min(1).max(1_048_576) });
const TrafficAsk = z.strictObject({ events: z.int().min(1).max(20_000) });
const PlayAsk = z.strictObject({
  event: z.string().max(1_048_576),
  rules: z.string().max(524_288),
  before: z.enum(BEFORE),
  n: z.int().optional(),
});

type Handler = (ask: Ask, deps: RoutesDeps) => Promise<Reply>;

/** A handler of what a schema takes. */
const taking =
  <T>(schema: z.ZodType<T>, handle: (given: T, deps: RoutesDeps) => Promise<Reply>): Handler =>
  async ({ body }, deps) => {
    const given = schema.safeParse(body);
    return given.success ? handle(given.data, deps) : failed(400, z.prettifyError(given.error));
  };

async function known(
  { event, before, n = 0 }: z.infer<typeof PlayAsk>,
  { watch, rules, store }: RoutesDeps,
): Promise<ReadonlyMap<string, PersonState>> {
  if (before === 'nobody') return new Map();
  if (before === 'now') return knownNow(event, rules, store);
  const [person, state] = [watch.book.row(n)?.person, beforeOf(watch.book, n, rules)];
  return new Map(person !== undefined && state ? [[person, state]] : []);
}

async function played(ask: z.infer<typeof PlayAsk>, deps: RoutesDeps): Promise<Reply> {
  const { desk, text: running, functions, now, watch } = deps;
  const at = ask.before === 'earlier' ? (watch.book.story(ask.n ?? 0)?.message.at ?? now()) : now();
  const { event, rules } = ask;
  const done = await desk.play({ event, rules, running, functions, known: await known(ask, deps), at });
  if (done.kind === 'done') return ok(done.view);
  if (done.kind === 'failed') return failed(422, done.text);
  if (done.kind === 'too-long') return failed(422, 'it took longer than two seconds and was ended');
  return failed(409, 'something newer is being played');
}

const COUNTED = failed(409, "the demo's own events are still being counted: a moment");

const ROUTES: Readonly<Record<string, Handler>> = {
  'GET /api/record': async ({ query }, { watch, rules }) => {
    const view = recordView(watch.book, Number(query.get('n')), rules);
    return view ? ok(view) : GONE;
  },
  'GET /api/person': async ({ query }, { watch, store, rules, now }) =>
    ok(await personView(query.get('id') ?? '', watch.book, store, rules, now)),
  'GET /api/kept': async (_, { kept }) => ok(await keptList(kept)),
  'GET /api/rules': async (_, { text, examples }) => ok({ text, examples }),
  'GET /api/crm': async (_, { crm }) => (crm ? ok(await crm.look()) : GONE),
  'POST /api/crm': taking(CrmAsk, async (ask, { crm }) => (crm ? ok(await crm.tell(ask)) : GONE)),
  'POST /api/replay': taking(ReplayAsk, async (ask, { kept, stop }) => ok(await replay(ask, kept, stop))),
  'POST /api/play': taking(PlayAsk, played),
  'POST /api/send': taking(SendAsk, async ({ body }, { sender }) => {
    if (sender.state() === 'counting') return COUNTED;
    await sender.send(body);
    return ok({ sent: 1 });
  }),
  'POST /api/traffic': taking(TrafficAsk, async ({ events }, { sender }) => {
    const state = sender.state();
    if (state !== 'ready') return state === 'counting' ? COUNTED : failed(409, 'some is being sent already');
    sender.traffic(events);
    return ok({ sent: events });
  }),
};

/** Answers a question of the page. */
export function answerFrom(deps: RoutesDeps): (method: 'GET' | 'POST', ask: Ask) => Promise<Reply> {
  return async (method, ask) => {
    const handle = ROUTES[`${method} ${ask.path}`];
    return handle ? handle(ask, deps) : failed(404, `there is no ${method} ${ask.path}`);
  };
}
