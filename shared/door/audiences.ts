import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { Fault } from '../core/fault.js';
import type { Clock, Log } from '../core/ports.js';
import { type AudienceCall, AudienceRecord, audienceIdOf, formerlyOf, recordJson } from './audience.js';
import type { AudienceBook } from './audience-book.js';
import { readAudienceCall } from './audience-call.js';
import { idTrouble, NO_ID, newIdTrouble } from './audience-id.js';
import { answer, type DoorRequest, type DoorResponse, problem } from './request.js';
import type { Route, Visit } from './router.js';

/** What the routes for audiences need. */
export interface AudienceDeps {
  readonly book: AudienceBook;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** One page of the list. */
export const AudienceList = z.object({
  audiences: z.array(AudienceRecord),
  /** Goes into `after` of the next call; null on the last page. */
  next: z.string().nullable(),
});

const MOST_LISTED = 1_000;
const Paging = z.object({
  limit: z.coerce.number().int().min(1).max(MOST_LISTED).default(100),
  after: z.string().default(''),
});

type Handle = (request: DoorRequest, visit: Visit) => Promise<DoorResponse>;

const refuse = (text: string, { requestId }: Visit): DoorResponse =>
  problem(400, 'door.audience', text, requestId);

const NO_NAME =
  'tributary needs the name of the audience: send "name": "{{segment.name}}" in requestBody of the audience template.';

/** The id where Adobe's templates look for it: in the body, and in a header. */
const told = (record: AudienceRecord): DoorResponse =>
  answer(200, recordJson(record), { 'x-audience-id': record.id });

/** A record after a call: what the call does not say stays as it was. */
function after(known: AudienceRecord | undefined, id: string, call: AudienceCall, now: string) {
  const { name = known?.name ?? '', ...rest } = call;
  const created = known?.created ?? now;
  return { ...known, ...rest, ...formerlyOf(known, name), id, name, created, updated: now };
}

/** Adobe repeats calls: one that says nothing new leaves the record, and the time of its last change, alone. */
const isNews = (known: AudienceRecord | undefined, next: AudienceRecord): boolean =>
  !isDeepStrictEqual(known, { ...next, updated: known?.updated });

/** The routes that Adobe's audience template calls, and the list for people. */
export function audienceRoutes({ book, clock, log }: AudienceDeps): readonly Route[] {
  const now = (): string => new Date(clock.now()).toISOString();
  /** Names of audiences are shown: they are about nobody. */
  const tell = (event: string, id: string, { requestId, caller }: Visit, name?: string): void =>
    log.write('info', event, { requestId, caller, audience: id, ...(name !== undefined && { name }) });

  async function save(id: string, call: AudienceCall, visit: Visit): Promise<DoorResponse> {
    const record = await book.change(
      id,
      (known) => {
        const next = after(known, id, call, now());
        return next.name !== '' && isNews(known, next) ? next : known;
      },
      visit.deadline,
    );
    if (!record) return refuse(NO_NAME, visit);
    tell('door.audience-saved', id, visit, record.name);
    return told(record);
  }

  const create: Handle = async (request, visit) => {
    const call = readAudienceCall(request);
    if (!call.ok) return refuse(call.fault.message, visit);
    return call.value.name === undefined
      ? refuse(NO_NAME, visit)
      : save(audienceIdOf(call.value), call.value, visit);
  };

  const one: Handle = async (request, visit) => {
    const id = visit.params['id'] ?? '';
    const isWrite = request.method !== 'GET' && request.method !== 'DELETE';
    const trouble = isWrite ? newIdTrouble(id) : idTrouble(id);
    if (trouble !== undefined) return refuse(trouble, visit);
    if (request.method === 'GET') {
      const record = await book.get(id, visit.deadline);
      return record ? told(record) : problem(404, 'door.not-found', NO_ID, visit.requestId);
    }
    if (request.method === 'DELETE') {
      await book.change(id, () => undefined, visit.deadline);
      tell('door.audience-deleted', id, visit);
      return answer(200, { id }, { 'x-audience-id': id });
    }
    const call = readAudienceCall(request);
    return call.ok ? save(id, call.value, visit) : refuse(call.fault.message, visit);
  };

  /** Files have been written already when Adobe says so: nothing here may make that look like a failure. */
  const notify: Handle = async (_, visit) => {
    const id = visit.params['id'] ?? '';
    const trouble = newIdTrouble(id);
    if (trouble !== undefined) return refuse(trouble, visit);
    const record = await book.change(id, (known) => known && { ...known, notified: now() }, visit.deadline);
    tell('door.audience-notified', id, visit, record?.name);
    return record ? told(record) : answer(200, { id }, { 'x-audience-id': id });
  };

  const list: Handle = async ({ query }, visit) => {
    const paging = Paging.safeParse(Object.fromEntries(query));
    if (!paging.success) return refuse(`limit takes a number from 1 to ${MOST_LISTED}`, visit);
    const { limit, after: last } = paging.data;
    const rest = (await book.all(visit.deadline)).filter(({ id }) => id > last);
    const audiences = rest.slice(0, limit);
    const next = rest.length > limit ? (audiences.at(-1)?.id ?? null) : null;
    return answer(200, { audiences: audiences.map(recordJson), next });
  };

  /** Whoever comes here has proved who they are. A body is looked at as that of an audience to be registered. */
  const validate: Handle = async (request, visit) => {
    if (request.body.length > 0) {
      const call = readAudienceCall(request);
      if (!call.ok) return refuse(call.fault.message, visit);
      if (call.value.name === undefined) return refuse(NO_NAME, visit);
    }
    return answer(200, { id: visit.caller });
  };

  const route = (methods: readonly string[], path: string, handle: Handle): Route => ({
    methods,
    path,
    access: 'authenticated',
    handle: (request, visit) => sheltered(handle, request, visit, log),
  });
  return [
    route(['GET', 'POST'], '/v1/audiences/validate', validate),
    route(['PUT', 'POST'], '/v1/audiences/{id}/notify', notify),
    route(['GET'], '/v1/audiences', list),
    route(['POST'], '/v1/audiences', create),
    route(['GET', 'PUT', 'POST', 'PATCH', 'DELETE'], '/v1/audiences/{id}', one),
  ];
}

/** Longest body, bytes: many times what any audience needs. */
const MOST_BYTES = 65_536;
const TOO_LONG = `tributary takes at most ${MOST_BYTES} bytes for an audience. Shorten its description, and send no more in requestBody of the audience template than tributary adobe writes.`;
const NO_ROOM =
  'tributary has no room for this audience. Shorten names and descriptions, or remove audiences from the destination that nobody needs.';
const LATER = 'tributary could not save this now. Wait a minute and try again; nothing has been changed.';

/** What the store says is for the log: the person in Adobe's UI can only try again. */
async function sheltered(
  handle: Handle,
  request: DoorRequest,
  visit: Visit,
  log: Log,
): Promise<DoorResponse> {
  if (request.body.length > MOST_BYTES) return problem(413, 'door.audience', TOO_LONG, visit.requestId);
  try {
    return await handle(request, visit);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    log.write('error', 'door.audience-unsaved', {
      requestId: visit.requestId,
      fault: fault.code,
      message: fault.message,
    });
    if (fault.code === 'store.too-large') return problem(400, fault.code, NO_ROOM, visit.requestId);
    return problem(503, fault.code, LATER, visit.requestId);
  }
}
