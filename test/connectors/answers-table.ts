import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Action, Connector, Outcome } from '../../shared/core/remote.js';
import { play, type Said } from '../contracts/connector-subject.js';
import { never } from './fakes.js';
import { closedPort, cut, fin, hang, type Play, reset, startFaultServer } from './fault-server.js';

/** What a target does instead of answering. */
const TROUBLES = { reset, closed: fin, hang, cut } satisfies Record<string, Play>;

/** One thing a target does with a request; `unreachable` means that nobody listens, so it stands alone. */
export type Played = Said | keyof typeof TROUBLES | 'unreachable';

/** What becomes of one row: the parts of its outcome that are promised. `afterMs` is the least wait. */
export type Becomes =
  | { readonly kind: 'accepted'; readonly created?: boolean }
  | { readonly kind: 'absent' }
  | { readonly kind: 'rejected'; readonly code: string; readonly whole?: true; readonly field?: string }
  | {
      readonly kind: 'retry';
      readonly scope: 'row' | 'connection';
      readonly code: string;
      readonly afterMs?: number;
      readonly unsent?: true;
    }
  | { readonly kind: 'unknown'; readonly code: string };

/** One line of the table: what is sent, what is played to it in turn, and what becomes of each row. */
export interface AnswerCase {
  /** What the target says, in words. Unique within a table. */
  readonly answer: string;
  readonly actions: readonly Action[];
  /** Answers to the requests that are not about logging in, in order; the last one is repeated. */
  readonly played: readonly Played[];
  /** One for each action. */
  readonly becomes: readonly Becomes[];
}

/** A vendor's cases, how its connector is opened, and the page that shows them. */
export interface AnswerTable {
  readonly vendor: string;
  /** Below docs/. */
  readonly page: string;
  /** Where the page has several tables: what the comments around this one say; else `answers`. */
  readonly marker?: string;
  readonly cases: readonly AnswerCase[];
  /** Opens the connector with chance 0, so that waits are the least ones. */
  open(base: string, timeoutMs: number): Connector;
  /** The answer to a request that is not about rows (logging in), or nothing for others. */
  loggingIn(path: string): Said | undefined;
}

const HANG_MS = 150;

/** Plays a case to the connector and gives what became of each row. */
export async function outcomesOf(
  table: AnswerTable,
  { actions, played }: AnswerCase,
): Promise<readonly Outcome[]> {
  if (played[0] === 'unreachable') return table.open(await closedPort(), 5000).send(actions, never());
  let calls = 0;
  const server = await startFaultServer(({ path }) => {
    const said = table.loggingIn(path) ?? played[Math.min(calls++, played.length - 1)];
    if (said === undefined || said === 'unreachable') throw new Error('nothing is played');
    return typeof said === 'string' ? TROUBLES[said] : play(said);
  });
  try {
    const timeoutMs = played.includes('hang') ? HANG_MS : 5000;
    return await table.open(server.url, timeoutMs).send(actions, never());
  } finally {
    await server.close();
  }
}

/** The promised parts of an outcome, for comparison with what was promised. */
export function promised(outcome: Outcome): Becomes {
  switch (outcome.kind) {
    case 'accepted':
      return { kind: 'accepted', ...(outcome.created !== undefined && { created: outcome.created }) };
    case 'absent':
      return { kind: 'absent' };
    case 'rejected': {
      const { code, field, whole } = outcome;
      return { kind: 'rejected', code, ...(whole && { whole }), ...(field !== undefined && { field }) };
    }
    case 'retry': {
      const { scope, fault, afterMs, unsent } = outcome;
      return {
        kind: 'retry',
        scope,
        code: fault.code,
        ...(afterMs !== undefined && { afterMs }),
        ...(unsent && { unsent }),
      };
    }
    case 'unknown':
      return { kind: 'unknown', code: outcome.fault.code };
  }
}

function wait(ms: number): string {
  if (ms >= 3_600_000 && ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  return ms >= 60_000 && ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`;
}

function words(becomes: Becomes): string {
  switch (becomes.kind) {
    case 'accepted':
      return becomes.created ? 'done: made' : 'done';
    case 'absent':
      return 'absent: there is no row to do it to';
    case 'rejected': {
      const field = becomes.field === undefined ? '' : ` at \`${becomes.field}\``;
      const whole = becomes.whole ? '; of several rows, halves are sent until the bad one stands alone' : '';
      return `refused for good, \`${becomes.code}\`${field}${whole}`;
    }
    case 'retry': {
      const who = becomes.scope === 'row' ? 'the row waits' : 'the connection waits';
      const after = becomes.afterMs === undefined ? '' : `, at least ${wait(becomes.afterMs)}`;
      return `${who}${after}, \`${becomes.code}\`${becomes.unsent ? '; nothing was written' : ''}`;
    }
    case 'unknown':
      return `unknown, \`${becomes.code}\`: sent again only if that does no harm`;
  }
}

/** What becomes of all rows: once when it is the same for all, else row by row. */
function ending({ becomes }: AnswerCase): string {
  const texts = becomes.map(words);
  const [first = ''] = texts;
  if (texts.every((text) => text === first)) return first;
  return texts.map((text, i) => `row ${i + 1}: ${text}`).join('<br>');
}

const verbs = ({ actions }: AnswerCase): string =>
  [...new Set(actions.map(({ operation }) => operation))].join(', ');

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The cases as a Markdown table. */
export function markdownOf({ cases }: AnswerTable): string {
  const lines = cases.map((each) => `| ${verbs(each)} | ${cell(each.answer)} | ${cell(ending(each))} |`);
  return ['| asked for | answer | what becomes of the rows |', '| --- | --- | --- |', ...lines].join('\n');
}

const between = ({ marker = 'answers' }: AnswerTable): RegExp =>
  new RegExp(`(<!-- ${marker} -->\\n)[\\s\\S]*?(\\n<!-- /${marker} -->)`);

/** The table that stands on the vendor's page. With `DOCS=write` in the environment it is written there first. */
export function shownTable(table: AnswerTable): string {
  const file = resolve(import.meta.dirname, '../../docs', table.page);
  const place = between(table);
  if (process.env['DOCS'] === 'write') {
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text.replace(place, (_, head, tail) => `${head}${markdownOf(table)}${tail}`),
    );
  }
  const [found = ''] = place.exec(readFileSync(file, 'utf8')) ?? [];
  return found.split('\n').slice(1, -1).join('\n');
}
