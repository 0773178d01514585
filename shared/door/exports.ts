import type { CompiledRules } from '../core/compiled.js';
import { Fault, type Result } from '../core/fault.js';
import type { DeadLetters } from '../core/kept.js';
import type { Log } from '../core/ports.js';
import { type AppendDeps, appendAll } from './append.js';
import { type Aside, keepAside } from './aside.js';
import { type inTurn, isPacked, unpackBody } from './content.js';
import { type Origin, originOf } from './origin.js';
import type { Fate } from './ports.js';
import { answer, type DoorRequest, type DoorResponse, problem } from './request.js';
import type { Room, Stay } from './room.js';
import type { Route, Visit } from './router.js';
import { type Sorted, sortItems } from './sort.js';
import { split } from './split.js';
import type { StreamWatch } from './stream-watch.js';

/** What taking in exports needs. */
export interface ExportsDeps extends AppendDeps {
  readonly rules: CompiledRules;
  readonly deadLetters: DeadLetters;
  readonly log: Log;
  readonly room: Room;
  readonly watch: StreamWatch;
  /** Lets calls unpack one after another. */
  readonly turn: ReturnType<typeof inTurn>;
  /** Whether sample profiles of Destination SDK go into the stream like any other. */
  readonly takesSamples: boolean;
  /** Longest body, as it comes and unpacked. */
  readonly maxBytes: number;
  readonly maxUnpackedBytes: number;
}

/** Longest body that is kept as a dead letter: it is packed in memory. */
const MOST_KEPT = 32 * 1024 * 1024;

/** How much longer its profiles together may be than the longest body: templates print them shorter than exports are. */
const MOST_MADE = 4;

const sourceOf = ({ source }: Origin): string => (source === undefined ? 'http' : `http:${source}`);

const REPEAT = 'nothing is lost: send the call again';

function unavailable(requestId: string, why: string): DoorResponse {
  return problem(503, 'stream.unavailable', `${why}; ${REPEAT}`, requestId);
}

/** Refuses a call that can never be read, once its bytes are safe: Adobe will not send them again. */
async function refuse(
  fault: Fault,
  request: DoorRequest,
  origin: Origin,
  { requestId, deadline }: Visit,
  deps: ExportsDeps,
): Promise<DoorResponse> {
  const keepable = request.body.length > 0 && request.body.length <= MOST_KEPT;
  const asides = keepable ? [{ body: request.body, fault }] : [];
  if (!(await keepAside(asides, sourceOf(origin), deadline, deps)))
    return unavailable(requestId, 'the dead letters cannot be written');
  deps.log.write('warn', 'door.refused', { requestId, fault: fault.code, bytes: request.body.length });
  const text = keepable ? `${fault.message}; a dead letter keeps its bytes` : fault.message;
  return problem(fault.code === 'decode.too-large' ? 413 : 400, fault.code, text, requestId);
}

/** The answer to a call, and for the log what became of its profiles. */
interface Answered extends DoorResponse {
  readonly counts?: Readonly<Record<'accepted' | 'malformed' | 'testProfiles', number>>;
}

/** Tells the operator what the stream said, each thing once a call; faults of places quote nothing of an export. */
function tell(sorted: Sorted, fates: readonly Fate[], requestId: string, log: Log): void {
  const said = fates.flatMap((fate) => (fate.kind === 'durable' ? [] : [fate.fault]));
  for (const [message, { code }] of new Map(said.map((fault) => [fault.message, fault])))
    log.write('warn', 'door.stream', { requestId, fault: code, message });
  const testProfiles = sorted.testProfiles.length;
  if (testProfiles > 0) log.write('warn', 'door.test-profiles', { requestId, testProfiles });
}

/** The answer for what the stream said of each entry; nothing of a call is told as done unless all of it is. */
function answerFor(sorted: Sorted, fates: readonly Fate[], tooLarge: number, requestId: string): Answered {
  const left = fates.filter(({ kind }) => kind === 'throttled' || kind === 'unavailable');
  if (left.length > 0) {
    if (!left.every(({ kind }) => kind === 'throttled'))
      return unavailable(requestId, 'the stream cannot be written');
    return problem(429, 'stream.throttled', `the stream takes no more for the moment; ${REPEAT}`, requestId);
  }
  const counts = {
    accepted: sorted.entries.length - tooLarge,
    malformed: sorted.malformed.length + tooLarge,
    testProfiles: sorted.testProfiles.length,
  };
  const received = counts.accepted + counts.malformed + counts.testProfiles;
  return { ...answer(200, { requestId, received, ...counts }), counts };
}

async function store(sorted: Sorted, source: string, visit: Visit, deps: ExportsDeps): Promise<Answered> {
  const { requestId, deadline } = visit;
  const asides = [...sorted.malformed, ...sorted.testProfiles];
  const [{ fates, asked }, kept] = await Promise.all([
    appendAll(sorted.entries, deadline, deps),
    keepAside(asides, source, deadline, deps),
  ]);
  if (asked) deps.watch.heard(fates.some(({ kind }) => kind !== 'unavailable'));
  tell(sorted, fates, requestId, deps.log);
  const refused = sorted.entries.flatMap(({ body }, i): Aside[] => {
    const fate = fates[i];
    return fate?.kind === 'too-large' ? [{ body, fault: fate.fault }] : [];
  });
  if (!kept || !(await keepAside(refused, source, deadline, deps)))
    return unavailable(requestId, 'the dead letters cannot be written');
  return answerFor(sorted, fates, refused.length, requestId);
}

const busy = (requestId: string): DoorResponse =>
  problem(503, 'door.busy', `the door takes no more calls for the moment; ${REPEAT}`, requestId);

/** The body unpacked; undefined when the answer would be late, or there is no room for it. */
async function openBody(
  request: DoorRequest,
  { deadline }: Visit,
  stay: Stay,
  { turn, clock, maxUnpackedBytes }: ExportsDeps,
): Promise<Result<Uint8Array> | undefined> {
  const encoding = request.headers['content-encoding'] ?? '';
  const unpack = () => unpackBody(request.body, encoding, maxUnpackedBytes);
  if (!isPacked(request.body, encoding)) return unpack();
  return turn(async () => {
    if (clock.now() >= deadline) return undefined;
    const open = await unpack();
    return !open.ok || stay.weigh(open.value.length) ? open : undefined;
  });
}

async function take(request: DoorRequest, visit: Visit, stay: Stay, deps: ExportsDeps): Promise<Answered> {
  const origin = originOf(request, visit.params['source']);
  const { length } = request.body;
  if (length > deps.maxBytes) {
    const text = `the body has ${length} bytes; the limit is ${deps.maxBytes}`;
    return refuse(new Fault('decode.too-large', text), request, origin, visit, deps);
  }
  const open = await openBody(request, visit, stay, deps);
  if (!open) return busy(visit.requestId);
  const items = open.ok ? split(open.value, deps.clock.now()) : open;
  if (!items.ok) return refuse(items.fault, request, origin, visit, deps);
  const { maxBytes } = deps.appender;
  const maxMade = MOST_MADE * deps.maxUnpackedBytes;
  const sorted = await sortItems(items.value, origin, { ...deps, maxBytes, maxMade });
  if (!sorted.ok) return refuse(sorted.fault, request, origin, visit, deps);
  return store(sorted.value, sourceOf(origin), visit, deps);
}

/** Turns a call away at once when it would wait in vain: Adobe repeats it, and nothing of it has been touched. */
async function admit(request: DoorRequest, visit: Visit, deps: ExportsDeps): Promise<Answered> {
  const stay = deps.room.enter(request.body.length);
  if (!stay) return busy(visit.requestId);
  try {
    if (!deps.watch.mayTry()) return unavailable(visit.requestId, 'the stream gives no answer');
    return await take(request, visit, stay, deps);
  } finally {
    stay.leave();
  }
}

/**
 * Takes in audience exports. 200 says that all of the call is durable: what can be read in the stream, what can never be
 * read in the dead letters. Adobe's HTTP API and Destination SDK send POST; that is documented for neither, so the other
 * methods that bring a body do too.
 */
export const exportsRoute = (deps: ExportsDeps): Route => ({
  methods: ['POST', 'PUT', 'PATCH'],
  path: '/v1/exports/{source*}',
  access: 'authenticated',
  async handle(request, visit) {
    const before = deps.clock.now();
    const { counts, ...response } = await admit(request, visit, deps);
    const { requestId, caller } = visit;
    const fields = { requestId, caller, status: response.status, ms: deps.clock.now() - before, ...counts };
    deps.log.write(response.status === 200 ? 'info' : 'warn', 'door.exports', fields);
    return response;
  },
});
