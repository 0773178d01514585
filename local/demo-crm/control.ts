import * as z from 'zod';
import type { Answer } from '../vendor-answer.js';
import { json } from './answer.js';
import { Misbehaviour, type Misbehaviours } from './misbehaviour.js';
import type { RequestLog } from './request-log.js';

/** What can be changed from outside while the CRM runs. */
export interface Controls {
  readonly misbehaviours: Misbehaviours;
  readonly log: RequestLog;
  latencyMs: number;
}

const Command = z.strictObject({
  misbehave: Misbehaviour.optional(),
  behave: z.literal(true).optional(),
  latencyMs: z.int().min(0).max(600_000).optional(),
});

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

const state = ({ misbehaviours, log, latencyMs }: Controls): Answer =>
  json(200, { latencyMs, misbehaviours: misbehaviours.list(), log: log.snapshot() });

/** What of a request for `/_control` counts. */
export interface ControlRequest {
  readonly method: string;
  readonly host: string;
  readonly contentType: string;
  readonly body: string;
}

/** By another name a page of another site may have made its way here (DNS rebinding). */
const OURS = /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/i;

/**
 * `GET /_control` shows the misbehaviours in force and the request log; `POST /_control` takes `{"misbehave":{…}}`,
 * `{"behave":true}` and `{"latencyMs":50}`. JSON must be declared, and the server called by a name of this machine,
 * so that no web page can ask here.
 */
export function control(controls: Controls, { method, host, contentType, body }: ControlRequest): Answer {
  if (!OURS.test(host)) return json(421, { error: 'this server answers to 127.0.0.1 and localhost only' });
  if (method === 'GET') return state(controls);
  if (method !== 'POST') return json(405, { error: 'use GET or POST' });
  if (!/^application\/json\s*(?:;|$)/i.test(contentType))
    return json(415, { error: 'send application/json' });
  const command = Command.safeParse(parse(body));
  if (!command.success) return json(400, { error: z.prettifyError(command.error) });
  const { misbehave, behave, latencyMs } = command.data;
  if (behave) controls.misbehaviours.clear();
  if (misbehave !== undefined) controls.misbehaviours.add(misbehave);
  if (latencyMs !== undefined) controls.latencyMs = latencyMs;
  return state(controls);
}
