import { parse as parseCsv } from 'csv-parse/sync';
import * as z from 'zod';
import type { Answer } from '../vendor-answer.js';
import { json, refusal } from './answer.js';
import { parse, type Result, upsertRows } from './collection.js';
import type { Field } from './objects.js';
import type { Org } from './org.js';
import { recordId } from './records.js';

type Line = Readonly<Record<string, string>>;

interface Job {
  readonly id: string;
  readonly object: string;
  readonly externalIdFieldName: string;
  state: 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';
  errorMessage?: string;
  readonly lines: Line[];
  /** Looks at the job until it is done. */
  looks: number;
  results: readonly Result[];
}

/** Bulk API 2.0 jobs of an org. */
export interface Jobs {
  /** Answers a request below `/jobs/ingest`. */
  answer(org: Org, method: string, path: readonly string[], contentType: string, body: string): Answer;
  /** How many looks at a job it takes until it is done; 1 unless set. */
  slow(looks: number): void;
}

const Creation = z.strictObject({
  object: z.string(),
  externalIdFieldName: z.string(),
  operation: z.literal('upsert'),
  contentType: z.literal('CSV').default('CSV'),
  lineEnding: z.literal('LF').default('LF'),
});
const Closing = z.strictObject({ state: z.enum(['UploadComplete', 'Aborted']) });

const NOT_FOUND = refusal(404, 'NOT_FOUND', 'The requested resource does not exist');
const invalid = (message: string): Answer => refusal(400, 'INVALIDJOB', `InvalidJob : ${message}`);

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const csv = (lines: readonly (readonly string[])[]): Answer => ({
  status: 200,
  headers: { 'content-type': 'text/csv' },
  body: lines.map((line) => `${line.map(quoted).join(',')}\n`).join(''),
});

/** A cell as the field wants it; `#N/A` clears. */
function typed(text: string, field: Field | undefined): unknown {
  if (text === '#N/A') return null;
  if (field?.type === 'checkbox') return text === 'true' ? true : text === 'false' ? false : text;
  return field?.type === 'number' && text !== '' && !Number.isNaN(Number(text)) ? Number(text) : text;
}

function work(org: Org, job: Job): void {
  const { object, externalIdFieldName: key, lines } = job;
  const fields = org.schemas[object]?.fields ?? {};
  const unknown = Object.keys(lines[0] ?? {}).find((name) => !Object.hasOwn(fields, name));
  if (unknown !== undefined) {
    job.state = 'Failed';
    job.errorMessage = `InvalidBatch : Field name not found : ${unknown}`;
    return;
  }
  const rows = lines.map(({ [key]: value = '', ...rest }) => ({
    key: value === '' ? undefined : value,
    fields: Object.fromEntries(
      Object.entries(rest).flatMap(([name, text]) =>
        text === '' ? [] : [[name, typed(text, fields[name])]],
      ),
    ),
  }));
  job.results = upsertRows(org, object, rows);
  job.state = 'JobComplete';
}

const shown = ({ id, object, state, errorMessage }: Job): Answer =>
  json(200, {
    id,
    object,
    operation: 'upsert',
    state,
    apiVersion: 66.0,
    ...(errorMessage !== undefined && { errorMessage }),
  });

function create(org: Org, jobs: Map<string, Job>, body: string): Answer {
  const asked = Creation.safeParse(parse(body));
  if (!asked.success) return invalid('the job cannot be read');
  const { object, externalIdFieldName } = asked.data;
  if (!Object.hasOwn(org.schemas, object) || org.schemas[object]?.externalId !== externalIdFieldName)
    return invalid(
      `Field name provided, ${externalIdFieldName} does not match an External ID, Salesforce Id, or indexed field for ${object}`,
    );
  const id = recordId('750', jobs.size + 1);
  const job: Job = { id, object, externalIdFieldName, state: 'Open', lines: [], looks: 0, results: [] };
  jobs.set(id, job);
  return shown(job);
}

function upload(job: Job, contentType: string, body: string): Answer {
  if (!/^text\/csv\b/i.test(contentType)) return refusal(415, 'UNSUPPORTED_MEDIA_TYPE', contentType);
  if (job.state !== 'Open' || job.lines.length > 0)
    return invalid('data was uploaded already, or the job is closed');
  const lines: Line[] = parseCsv(body, { columns: true });
  job.lines.push(...lines);
  return { status: 201, headers: {}, body: '' };
}

function close(job: Job, body: string): Answer {
  const asked = Closing.safeParse(parse(body));
  if (!asked.success) return invalid('the state cannot be read');
  const isOver = job.state !== 'Open' && job.state !== 'UploadComplete' && job.state !== 'InProgress';
  if (isOver) return invalid(`Aborting or closing a job that is ${job.state} is not allowed`);
  job.state = asked.data.state;
  return shown(job);
}

/** Every third line of a result file in another place: nothing is promised of their order. */
const shuffled = <T>(lines: readonly T[]): readonly T[] => [
  ...lines.filter((_, i) => i % 3 === 0),
  ...lines.filter((_, i) => i % 3 !== 0),
];

function file(job: Job, name: string): Answer {
  const columns = Object.keys(job.lines[0] ?? {});
  const cells = (line: Line): readonly string[] => columns.map((column) => line[column] ?? '');
  const told = shuffled(job.lines.map((line, i) => ({ line, result: job.results[i] })));
  const pick = (
    head: readonly string[],
    lineOf: (line: Line, result: Result | undefined) => readonly string[] | undefined,
  ): Answer => {
    const lines = told.flatMap(({ line, result }) => {
      const cellsOfLine = lineOf(line, result);
      return cellsOfLine === undefined ? [] : [cellsOfLine];
    });
    return csv([[...head, ...columns], ...lines]);
  };
  switch (name) {
    case 'successfulResults':
      return pick(['sf__Id', 'sf__Created'], (line, result) =>
        result?.success ? [result.id, String(result.created ?? false), ...cells(line)] : undefined,
      );
    case 'failedResults':
      return pick(['sf__Id', 'sf__Error'], (line, result) => {
        if (result === undefined || result.success) return undefined;
        const [error] = result.errors;
        return ['', `${error?.statusCode}:${error?.message}:${error?.fields.join(',')} --`, ...cells(line)];
      });
    case 'unprocessedrecords':
      return pick([], (line, result) => (result === undefined ? cells(line) : undefined));
    default:
      return NOT_FOUND;
  }
}

/** An org without jobs. */
export function createJobs(): Jobs {
  const jobs = new Map<string, Job>();
  let looks = 1;
  const look = (org: Org, job: Job): Answer => {
    if (job.state === 'UploadComplete') job.state = 'InProgress';
    if (job.state === 'InProgress' && ++job.looks >= looks) work(org, job);
    return shown(job);
  };
  return {
    slow: (count) => {
      looks = count;
    },
    answer(org, method, [id, name], contentType, body) {
      if (id === undefined) return method === 'POST' ? create(org, jobs, body) : NOT_FOUND;
      const job = jobs.get(id);
      if (job === undefined) return NOT_FOUND;
      if (name === 'batches' && method === 'PUT') return upload(job, contentType, body);
      if (name === undefined && method === 'PATCH') return close(job, body);
      if (method !== 'GET') return NOT_FOUND;
      return name === undefined ? look(org, job) : file(job, name);
    },
  };
}
