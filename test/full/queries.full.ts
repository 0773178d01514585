import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { main } from '../infra/azure-world.js';

const run = promisify(execFile);

/** Microsoft's own reader of Kusto, as its editors use it. Large, so it is fetched and not a dependency. */
const READER = '@kusto/language-service-next@12.4.1';

const reachable = await run('npm', ['view', READER, 'version']).then(
  () => true,
  () => false,
);
if (!reachable)
  process.stderr.write(
    'SKIPPED: the queries of alarms and workbook were not read by Kusto: no npm registry answers\n',
  );

/** Columns we use, by https://learn.microsoft.com/azure/azure-monitor/reference/tables-index */
const TABLES = {
  AppTraces:
    '(TimeGenerated: datetime, AppRoleName: string, Message: string, SeverityLevel: int, Properties: dynamic)',
  AppRequests:
    '(TimeGenerated: datetime, AppRoleName: string, Name: string, OperationName: string, Success: bool, ResultCode: string, DurationMs: real)',
  AzureMetrics:
    '(TimeGenerated: datetime, ResourceId: string, ResourceProvider: string, MetricName: string, Total: real, Average: real)',
  StorageQueueLogs:
    '(TimeGenerated: datetime, AccountName: string, OperationName: string, Uri: string, StatusCode: string)',
};

/** Reads tables and queries, and writes the diagnostics of each. */
const PROGRAM = `
const { readFileSync } = require('node:fs');
const [folder] = process.argv.slice(1);
for (const file of ['bridge.min.js', 'Kusto.Language.Bridge.min.js']) (0, eval)(readFileSync(folder + '/' + file, 'utf8'));
const { tables, queries } = JSON.parse(readFileSync(0, 'utf8'));
const { Symbols, GlobalState, KustoCode } = globalThis.Kusto.Language;
const known = Object.entries(tables).map(([name, columns]) => new Symbols.TableSymbol.$ctor7(name, columns, null));
const world = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('logs', known));
process.stdout.write(JSON.stringify(queries.map((query) => {
  const found = KustoCode.ParseAndAnalyze(query, world).GetDiagnostics();
  return Array.from({ length: found.Count }, (_, i) => found.getItem(i)).filter(({ Severity }) => Severity === 'Error').map(({ Message }) => Message);
})));
`;

const Rule = z.object({
  properties: z.object({
    displayName: z.string(),
    criteria: z.object({ allOf: z.tuple([z.object({ query: z.string() })]) }),
  }),
});
const Workbook = z.object({ properties: z.object({ serializedData: z.string() }) });
const Charts = z.object({
  items: z.array(z.object({ content: z.object({ title: z.string(), query: z.string() }) })),
});

/** Names and queries as a deployment has them: with the lines before them that say which deployment is meant. */
function deployed(): readonly (readonly [string, string])[] {
  const { resources } = main();
  const bodies = (type: string) => resources.filter((one) => one.type === type).map(({ body }) => body);
  const alarms = bodies('Microsoft.Insights/scheduledQueryRules').map((body) => {
    const { displayName, criteria } = Rule.parse(body).properties;
    return [displayName, criteria.allOf[0].query] as const;
  });
  const charts = bodies('Microsoft.Insights/workbooks').flatMap((body) => {
    const { items } = Charts.parse(JSON.parse(Workbook.parse(body).properties.serializedData));
    return items.map(({ content }) => [content.title, content.query] as const);
  });
  return [...alarms, ...charts];
}

const Findings = z.array(z.array(z.string()));

describe.runIf(reachable)('the queries of alarms and workbook, read by Kusto', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kusto-'));
    const { stdout } = await run('npm', ['pack', '--silent', READER], { cwd: folder });
    await run('tar', ['xzf', stdout.trim()], { cwd: folder });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function read(queries: readonly string[]): Promise<string[][]> {
    const child = spawn(process.execPath, ['-e', PROGRAM, join(folder, 'package')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.end(JSON.stringify({ tables: TABLES, queries }));
    const [said] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    return Findings.parse(JSON.parse(said));
  }

  test('nothing is wrong with them', async () => {
    const all = deployed();
    expect(all.length).toBeGreaterThan(20);
    const found = await read(all.map(([, query]) => query));
    expect(found).toHaveLength(all.length);
    expect(
      Object.fromEntries(all.map(([name], i) => [name, found[i]]).filter(([, wrong]) => wrong?.length !== 0)),
    ).toEqual({});
  });

  test('a table, a column, an operator and a function that are none are found', async () => {
    const found = await read([
      'AppTrace | count',
      'AppTraces | where Mesage has "x"',
      'AppTraces | wher Message has "x"',
      'AppTraces | summarize value = summ(1)',
      'AppTraces | where AppRoleName =~ app',
    ]);
    expect(found.map(([first]) => first)).toEqual([
      expect.stringContaining("'AppTrace'"),
      expect.stringContaining("'Mesage'"),
      expect.stringContaining('operator'),
      expect.stringContaining("'summ'"),
      expect.stringContaining("'app'"),
    ]);
  });
});
