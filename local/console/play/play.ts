import type { LoadedRules } from '../../../shared/config/load-rules.js';
import { loadRules } from '../../../shared/config/load-rules.js';
import type { PersonState } from '../../../shared/core/state.js';
import { comparePlayed } from '../../../shared/dry-run/changes.js';
import { dryRun } from '../../../shared/dry-run/dry-run.js';
import { dryStates } from '../../../shared/dry-run/dry-states.js';
import { explained } from '../../../shared/dry-run/explained.js';
import { reasonsOf } from '../../../shared/dry-run/reasons.js';
import type { EventRecord } from '../../../shared/events/read-events.js';
import { readEvents } from '../../../shared/events/read-events.js';
import { toolsFor } from '../../../shared/tools/load.js';
import { actionView } from '../action-view.js';
import type { FindingView, PlayedView, PlayView } from '../views.js';

/** An event, the rules as edited and as they run, and what is known of the persons it is about. */
export interface PlayWork {
  readonly event: string;
  readonly rules: string;
  readonly running: string;
  /** The customer's file of functions, if there is one. */
  readonly functions: string | undefined;
  readonly known: ReadonlyMap<string, PersonState>;
  /** When the first record counts as taken in, epoch milliseconds. */
  readonly at: number;
}

/** Records of one event that are played. */
export const MOST_RECORDS = 20;
const MOST_FINDINGS = 50;

type Opened =
  | { readonly ok: true; readonly loaded: LoadedRules }
  | { readonly ok: false; readonly findings: readonly FindingView[] };

async function open(text: string, functions: string | undefined): Promise<Opened> {
  const loaded = loadRules(text, 'rules', await toolsFor(text, functions));
  if (loaded.ok) return { ok: true, loaded };
  const findings = loaded.findings.slice(0, MOST_FINDINGS);
  return {
    ok: false,
    findings: findings.map(({ line, column, code, message }) => ({ line, column, code, message })),
  };
}

/** The records of an event, none of one that is yet to be written; at most one more than are played. */
async function recordsOf(event: string): Promise<readonly EventRecord[]> {
  if (event.trim() === '') return [];
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(event);
  }
  const records: EventRecord[] = [];
  for await (const some of readEvents([{ name: 'event', format: 'json', open: bytes }])) {
    records.push(...some);
    if (records.length > MOST_RECORDS) break;
  }
  return records;
}

/** What an event comes to by two versions of the rules: their reasons, their plans, and the difference. */
export async function play(work: PlayWork): Promise<PlayView> {
  const edited = await open(work.rules, work.functions);
  if (!edited.ok) return { findings: edited.findings, records: [], more: false };
  const running = await open(work.running, work.functions);
  if (!running.ok) return { findings: running.findings, records: [], more: false };
  const runOf = ({ rules, file }: LoadedRules) =>
    dryRun(rules, Object.keys(file.connections), dryStates(new Map(work.known)));
  const [before, after] = [runOf(running.loaded), runOf(edited.loaded)];
  const found = await recordsOf(work.event);
  const records: PlayedView[] = [];
  for (const [i, record] of found.slice(0, MOST_RECORDS).entries()) {
    const was = await before.play(record, work.at + i);
    const is = await explained(record, work.at + i, after, edited.loaded.rules);
    const { ending, deliveries } = is.played;
    records.push({
      person: is.person?.id,
      ending: ending.name,
      code: ending.fault?.code,
      text: ending.fault?.message,
      reasons: is.explanation && reasonsOf(is.explanation),
      actions: deliveries.map(actionView),
      running: was.ending.name,
      changes: comparePlayed(was, is.played),
    });
  }
  return { findings: [], records, more: found.length > MOST_RECORDS };
}
