import { createHash } from 'node:crypto';
import { Fault, ok } from '../../../shared/core/fault.js';
import type { EndingName, StateStore } from '../../../shared/core/ports.js';
import type { IntakeDeps } from '../../../shared/files/intake/deps.js';
import { jsonIn, readOrder, sendOrders } from '../../../shared/files/intake/order.js';
import { intakePages } from '../../../shared/files/intake/pages.js';
import { personKeysBy } from '../../../shared/files/intake/person-lines.js';
import { reportName } from '../../../shared/files/intake/report.js';
import type { FileSource } from '../../../shared/files/intake/source.js';
import { createFileWork } from '../../../shared/files/intake/worker.js';
import type { FileEntry, FilePlace, TableRow } from '../../../shared/files/ports.js';
import { createPipeline } from '../../../shared/pipeline/run.js';
import { memoryObjects } from '../../../shared/stores/memory-objects.js';
import { memoryQueue } from '../../../shared/stores/memory-queue.js';
import { type FakeCrm, fakeCrm, fakeDeps, rulesOf } from '../../support/fakes.js';

/** People are addressed by their crmid, or by their e-mail address. */
export const RULES = {
  audiences: { hot: 'hot-1' },
  person: { key: ['crmid', 'email'] },
  connections: { sales: { type: 'salesforce' } },
  rules: [
    {
      name: 'who is hot',
      when: { member: 'hot' },
      do: [
        { upsert: 'sales/Contact', match: { Id: '$key' }, set: { Hot: { member: 'hot' }, Points: 'points' } },
      ],
    },
  ],
};

/** A file in memory: its text is rows `crmid,email,status,points`; `BAD` is no row, `CUT` ends the file too early. */
export interface Folder extends FilePlace {
  write(name: string, text: string, at: number): void;
  read(name: string): string | undefined;
  remove(name: string): void;
}

/** A place of files in memory. */
export function folder(): Folder {
  const files = new Map<string, { entry: FileEntry; bytes: Uint8Array }>();
  const keep = (name: string, bytes: Uint8Array, at: number): void => {
    const version = createHash('md5').update(bytes).update(String(at)).digest('hex');
    files.set(name, { entry: { name, size: bytes.length, at, version }, bytes });
  };
  return {
    from: 'memory://test',
    write: (name, text, at) => keep(name, Buffer.from(text), at),
    read: (name) => {
      const file = files.get(name);
      return file && Buffer.from(file.bytes).toString('utf8');
    },
    remove: (name) => void files.delete(name),
    async *list() {
      for (const { entry } of [...files.values()]) yield entry;
    },
    stat: async (name) => files.get(name)?.entry,
    bytes: (entry) => ({
      name: entry.name,
      size: entry.size,
      async *open() {
        const file = files.get(entry.name);
        if (file?.entry.version !== entry.version)
          throw new Fault('file.changed', `${entry.name} is another`);
        yield file.bytes;
      },
    }),
    put: async (name, bytes) => keep(name, bytes, 0),
    close: async () => undefined,
  };
}

const HEADER = ['crmid', 'email', 'status', 'points'];

function rowOf(line: string, number: number): TableRow {
  if (line === 'BAD')
    return { number, cells: { ok: false, fault: new Fault('decode.csv', 'too few columns') } };
  const cells = line.split(',');
  return { number, cells: ok(Object.fromEntries(HEADER.map((name, i) => [name, cells[i] ?? '']))) };
}

/** What manifests of the place list. */
async function listedOf(place: FilePlace): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const entry of place.list())
    if (entry.name.endsWith('.manifest')) names.push(...(await linesOf(entry, place)));
  return names;
}

async function linesOf(entry: FileEntry, place: FilePlace): Promise<readonly string[]> {
  const parts: string[] = [];
  for await (const bytes of place.bytes(entry).open()) parts.push(Buffer.from(bytes).toString('utf8'));
  return parts.join('').split('\n');
}

const stemOf = (name: string): string => name.replace(/_\d\.csv$/, '.csv');

const STAMP = /_(\d{4})(\d\d)(\d\d)(?:_\d)?\.csv$/;

/** A source of such files: `NAME_YYYYMMDD.csv`, parts `NAME_YYYYMMDD_2.csv`; manifests list names, one a line. */
export function sourceIn(
  place: FilePlace,
  options: {
    mostExits?: number;
    stableMs?: number;
    rowsAtOnce?: number;
    manifest?: boolean;
    /** When all rows say that people qualified, ISO 8601; the time of the file unless set. */
    qualified?: string;
  } = {},
): FileSource {
  const { mostExits, stableMs = 0, rowsAtOnce = 7, manifest = false, qualified } = options;
  return {
    name: 'daily',
    from: place.from,
    address: undefined,
    snapshot: mostExits === undefined ? undefined : { mostExits },
    stableMs,
    place: async () => place,
    roleOf: (name) => (name.endsWith('.csv') ? 'data' : name.endsWith('.manifest') ? 'manifest' : 'none'),
    namingOf(name) {
      const [, year, month, day] = STAMP.exec(name) ?? [];
      return {
        stem: stemOf(name),
        part: Number(/_(\d)\.csv$/.exec(name)?.[1] ?? 1),
        at: year ? Date.parse(`${year}-${month}-${day}T00:00:00Z`) : undefined,
        audience: 'ups/hot-1',
      };
    },
    listedIn: (entry) => linesOf(entry, place),
    async expectedParts(name) {
      const listed = manifest ? await listedOf(place) : [];
      return listed
        .filter((one) => stemOf(one) === stemOf(name))
        .map((one) => ({ name: one, size: undefined }));
    },
    async completeness({ at, name }, _, now) {
      if (manifest && !(await listedOf(place)).includes(name))
        return {
          whole: false,
          why: new Fault('file.incomplete', `no manifest lists ${name}`),
          afterMs: 60_000,
        };
      if (now - at >= stableMs) return { whole: true };
      return { whole: false, why: new Fault('file.incomplete', `${name} is young`), afterMs: stableMs };
    },
    async open(bytes) {
      return {
        columns: HEADER,
        async *rows(from = 1) {
          const chunks: Uint8Array[] = [];
          for await (const chunk of bytes.open()) chunks.push(chunk);
          const lines = Buffer.concat(chunks)
            .toString('utf8')
            .split('\n')
            .filter((line) => line !== '');
          for (let at = from - 1; at < lines.length; at += rowsAtOnce) {
            const some = lines.slice(at, at + rowsAtOnce);
            if (some.includes('CUT')) throw new Fault('file.refused', `${bytes.name} is cut off`);
            yield some.map((line, i) => rowOf(line, at + i + 1));
          }
        },
      };
    },
    async reader(_, __, at) {
      return ok({
        refusal: () => undefined,
        notes: () => [],
        seen: () => [],
        recall: () => undefined,
        bodyOf({ cells }) {
          if (!cells.ok) return cells;
          const { crmid, email, status, points } = cells.value;
          const identityMap = {
            ...(crmid ? { crmid: [{ id: String(crmid) }] } : {}),
            ...(email ? { email: [{ id: String(email) }] } : {}),
          };
          const membership = {
            status: String(status),
            lastQualificationTime: qualified ?? new Date(at).toISOString(),
          };
          return ok({
            identityMap,
            points: Number(points),
            segmentMembership: { ups: { 'hot-1': membership } },
          });
        },
      });
    },
  };
}

/** Thrown by whatever is to die there. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** When the process dies: before or after the nth call to anything outside. */
export interface Doom {
  left: number;
  after: boolean;
}

type Method = (...args: unknown[]) => unknown;

/** The same thing, but each call may be the last of the process. */
export function mortal<T extends object>(
  thing: T,
  doom: () => Doom | undefined,
  names: readonly string[],
): T {
  const strike = (when: boolean): void => {
    const now = doom();
    if (!now || now.after !== when) return;
    if (now.left <= 0) throw new Crash('the process dies');
  };
  return new Proxy(thing, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function' || !names.includes(String(name))) return value;
      return async (...args: unknown[]) => {
        const now = doom();
        if (now) now.left -= 1;
        strike(false);
        // A method of the thing, by its name.
        const answer = await (value as Method).apply(target, args);
        strike(true);
        return answer;
      };
    },
  });
}

/** Everything around the worker, in memory; the same state and queue for as many workers as one likes. */
export function world(options: {
  crm?: FakeCrm;
  mostExits?: number;
  stableMs?: number;
  manifest?: boolean;
  qualified?: string;
  rules?: unknown;
  chunkRows?: number;
  segmentLines?: number;
}) {
  const crm = options.crm ?? fakeCrm();
  const rules = rulesOf(options.rules ?? RULES);
  const pipelineDeps = fakeDeps(rules, crm);
  const { clock, store, deadLetters } = pipelineDeps;
  const place = folder();
  const queue = memoryQueue('files', clock, 600_000);
  const objects = memoryObjects('files', clock);
  const lines: { level: string; event: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const log = {
    write: (level: string, event: string, fields: Readonly<Record<string, unknown>>) =>
      void lines.push({ level, event, fields }),
  };
  let doom: Doom | undefined;
  const now = (): Doom | undefined => doom;
  let workers = 0;
  const deps: IntakeDeps = {
    sources: new Map([['daily', sourceIn(mortal(place, now, ['stat', 'put']), options)]]),
    pipeline: mortal(createPipeline(pipelineDeps), now, ['run']),
    store: mortal<StateStore>(store, now, ['read', 'write']),
    queue: mortal(queue, now, ['send']),
    objects: mortal(objects, now, ['put', 'get', 'remove']),
    personKeys: personKeysBy(rules),
    clock,
    log,
    newId: () => `worker-${++workers}`,
    ...(options.chunkRows !== undefined && { chunkRows: options.chunkRows }),
    ...(options.segmentLines !== undefined && { segmentLines: options.segmentLines }),
  };
  const work = createFileWork(deps);

  /** Takes what is due out of the queue and works on it; gives how often the process died. */
  async function round(dooms: () => Doom | undefined, workMs: number): Promise<number> {
    let deaths = 0;
    for (const message of await queue.receive()) {
      const order = readOrder(jsonIn(message.body));
      if (!order.ok) throw order.fault;
      doom = dooms();
      try {
        await work(order.value, { deadline: clock.now() + workMs });
        doom = undefined;
        await queue.remove(message);
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        deaths += 1;
      }
      doom = undefined;
    }
    return deaths;
  }

  return {
    crm,
    clock,
    place,
    queue,
    objects,
    lines,
    deps,
    work,
    deadLetters,
    pages: intakePages({ store, clock }),
    arrive: (name: string) => sendOrders(queue, [{ work: 'rows', source: 'daily', name }]),
    round,
    /** Works until the queue is empty; time passes while it waits. */
    async drain(dooms: () => Doom | undefined = () => undefined, workMs = 3_600_000): Promise<number> {
      let deaths = 0;
      for (let rounds = 0; rounds < 2_000; rounds++) {
        const next = queue.next();
        if (next === undefined) return deaths;
        clock.advance(Math.max(0, next - clock.now()));
        deaths += await round(dooms, workMs);
      }
      throw new Error('the queue does not become empty');
    },
    report(name: string): {
      result: string;
      rows: number;
      settled: number;
      badRows: number;
      endings: Record<EndingName, number>;
      why?: { code: string; text: string };
      bad: { row: number; text: string }[];
    } {
      // Written by us in this shape.
      return JSON.parse(place.read(reportName(name)) ?? 'null');
    },
  };
}
