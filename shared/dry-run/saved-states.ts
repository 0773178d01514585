import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import * as z from 'zod';
import { Fault } from '../core/fault.js';
import type { PersonState } from '../core/state.js';
import { decodeState, encodeState } from '../stores/state-codec.js';

/** What is known after a dry run: where the next one goes on. */
export interface SavedStates {
  readonly states: ReadonlyMap<string, PersonState>;
  /** When the last record counted as taken in, epoch milliseconds; undefined before the first. */
  readonly at: number | undefined;
}

const Head = z.strictObject({
  tributary: z.literal('states'),
  version: z.literal(1),
  at: z.number().int().optional(),
});
const Line = z.strictObject({ person: z.string(), state: z.base64() });

/** Lines that are written in one go. */
const BLOCK = 1000;

function* blocksOf({ states, at }: SavedStates): Generator<string> {
  let block = `${JSON.stringify({ tributary: 'states', version: 1, at })}\n`;
  let count = 0;
  for (const [person, state] of states) {
    block += `${JSON.stringify({ person, state: Buffer.from(encodeState(state)).toString('base64') })}\n`;
    count += 1;
    if (count % BLOCK > 0) continue;
    yield block;
    block = '';
  }
  yield block;
}

/**
 * Writes states to a file: a head, then one person a line, as JSON; the state itself is what the stores of a deployment
 * keep, in base64. The file is replaced when everything is in it, or not at all. It holds personal data.
 */
export async function saveStates(path: string, saved: SavedStates): Promise<void> {
  const part = `${path}.part`;
  try {
    const file = await open(part, 'w', 0o600);
    try {
      for (const block of blocksOf(saved)) await file.writeFile(block);
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (cause) {
    await rm(part, { force: true });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('config.unreadable', `${path} cannot be written (${why}); check the path`, { cause });
  }
}

function parse<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const noState = (path: string, line: number, why: string): Fault =>
  new Fault('store.format', `${path}:${line} is not what --save-state wrote (${why})`);

function readLine(path: string, number: number, text: string): readonly [string, PersonState] {
  const line = parse(Line, text);
  if (!line) throw noState(path, number, 'the line is not as it was');
  const state = decodeState(Buffer.from(line.state, 'base64'));
  if (!state.ok) throw noState(path, number, state.fault.message);
  // Who held a lease when the state was saved does not hold it here.
  return [line.person, { ...state.value, claim: undefined }];
}

async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8' })) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** The states of a file that {@link saveStates} wrote. Throws `config.unreadable` or `store.format`. */
export async function loadStates(
  path: string,
): Promise<SavedStates & { readonly states: Map<string, PersonState> }> {
  const states = new Map<string, PersonState>();
  let at: number | undefined;
  let number = 0;
  try {
    for await (const text of linesOf(path)) {
      number += 1;
      if (number > 1) states.set(...readLine(path, number, text));
      else {
        const head = parse(Head, text);
        if (!head) throw noState(path, number, 'its head is missing');
        at = head.at;
      }
    }
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('config.unreadable', `${path} cannot be read (${why}); check the path`, { cause });
  }
  if (number === 0) throw noState(path, 1, 'it is empty');
  return { states, at };
}
