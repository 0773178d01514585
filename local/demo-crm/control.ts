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

/**
 * `GET /_control` shows the misbehaviours in force and the request log; `POST /_control` takes `{"misbehave":{…}}`,
 * `{"behave":true}` and `{"latencyMs":50}`. JSON must be declared, so that no web page can post here unasked.
 */
export function control(controls: Controls, method: string, contentType: string, body: string): Answer {
  if (method === 'GET') return state(controls);
  if (method !== 'POST') return json(405, { error: 'use GET or POST' });
  if (!/^application\/json\b/i.test(contentType)) return json(415, { error: 'send application/json' });
  const command = Command.safeParse(parse(body));
  if (!command.success) return json(400, { error: z.prettifyError(command.error) });
  const { misbehave, behave, latencyMs } = command.data;
  if (behave) controls.misbehaviours.clear();
  if (misbehave !== undefined) controls.misbehaviours.add(misbehave);
  if (latencyMs !== undefined) controls.latencyMs = latencyMs;
  return state(controls);
}
