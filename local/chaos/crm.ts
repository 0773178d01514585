import { json } from '../demo-crm/answer.js';
import { createJobs } from '../demo-crm/jobs.js';
import { createMisbehaviours } from '../demo-crm/misbehaviour.js';
import { DEMO_OBJECTS } from '../demo-crm/objects.js';
import { createQuota } from '../demo-crm/quota.js';
import { createRecords, type Records } from '../demo-crm/records.js';
import { createRequestLog, type RequestLogSnapshot } from '../demo-crm/request-log.js';
import { type RestApi, type RestRequest, rest } from '../demo-crm/rest.js';
import { createSessions } from '../demo-crm/sessions.js';
import type { Answer } from '../vendor-answer.js';

/** Where the model CRM is; nothing listens there, requests are handed over in process. */
export const CRM_HOST = 'crm.example.com';
const BASE = `https://${CRM_HOST}`;
/** Far more than any run makes: quotas are a fault of their own. */
const REQUESTS_A_DAY = 1_000_000_000;

/** Told of every row that is written; `changed` is false for one that repeats what the record holds. */
export type RowWritten = (object: string, key: string, changed: boolean) => void;

/** The demo CRM without its server: as strict, and deaf to the network. */
export interface ModelCrm {
  /** The text of the secret that opens it. */
  readonly secret: string;
  login(request: RestRequest): Answer;
  /** Answers a data request; `locked` and `poisoned` hold keys, `refuse` makes it refuse the whole request. */
  upsert(request: RestRequest, trouble: RowTrouble, onRow: RowWritten): Answer;
  endSession(request: RestRequest): void;
  rows(object: string): ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  log(): RequestLogSnapshot;
}

/** What single rows of a request run into. */
export interface RowTrouble {
  /** Keys of rows another transaction holds. */
  readonly locked: readonly string[];
  /** Keys of rows that are refused for good. */
  readonly poisoned: readonly string[];
  /** Refuses all of the request. */
  readonly whole: boolean;
  /** The requests of the day are used up. */
  readonly quota: boolean;
}

function arrange({ misbehaviours }: RestApi, { locked, poisoned, whole, quota }: RowTrouble): void {
  for (const key of locked) misbehaviours.add({ kind: 'lock-row', key, count: 1 });
  for (const key of poisoned) misbehaviours.add({ kind: 'refuse-key', key, count: 1 });
  if (whole) misbehaviours.add({ kind: 'refuse-batch', count: 1 });
  if (quota) misbehaviours.add({ kind: 'limit', limit: 'TotalRequests', count: 1 });
}

/** Records that tell of every write. */
function watched(inner: Records, told: () => RowWritten | undefined): Records {
  return {
    ...inner,
    upsert(object, key, fields, at) {
      const done = inner.upsert(object, key, fields, at);
      told()?.(object, key, done.changed);
      return done;
    },
  };
}

/** An empty org. */
export function createModelCrm(now: () => number): ModelCrm {
  let told: RowWritten | undefined;
  const api: RestApi = {
    schemas: DEMO_OBJECTS,
    records: watched(createRecords(DEMO_OBJECTS), () => told),
    misbehaviours: createMisbehaviours(),
    log: createRequestLog(),
    now,
    sessions: createSessions(),
    jobs: createJobs(),
    quota: createQuota(REQUESTS_A_DAY),
  };
  const { sessions, records, log, misbehaviours } = api;
  return {
    secret: JSON.stringify({ clientId: sessions.clientId, clientSecret: sessions.clientSecret }),
    login: ({ method, contentType, body }) =>
      method === 'POST' ? sessions.login(contentType, body, BASE, now()) : json(405, []),
    upsert(request, trouble, onRow) {
      arrange(api, trouble);
      told = onRow;
      const close = log.open();
      const answer = rest(api, request);
      close();
      told = undefined;
      misbehaviours.clear();
      return answer;
    },
    endSession({ authorization }) {
      const session = sessions.find(authorization);
      if (session !== undefined) sessions.end(session);
    },
    rows: (object) => records.rows(object),
    log: () => log.snapshot(),
  };
}
