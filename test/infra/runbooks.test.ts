import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ALARMS } from '../../infra/azure/alerts.js';
import { CHARTS } from '../../infra/azure/workbook.js';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');

/** How a heading is linked to, as GitHub does it. */
const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const sections = page.split(/^(?=#{2,3} )/m).map((text) => {
  const [heading = '', ...lines] = text.split('\n');
  return { heading: slug(heading.replace(/^#+ /, '')), body: lines.join('\n').trim() };
});
const bodies = new Map(sections.map(({ heading, body }) => [heading, body]));

const onAws = [
  'serverless.yml',
  ...readdirSync(join(root, 'infra/aws'))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => `infra/aws/${name}`),
].flatMap((file) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/\$\{param:runbooks\}#([\w-]+)/g)].map(
    ([, heading = '']) => ({ where: file, heading }),
  ),
);
const onAzure = ALARMS.map(({ name, runbook }) => ({ where: `alarm ${name}`, heading: runbook }));

test('every alarm of both clouds points to a runbook that says something', () => {
  expect(onAws.length).toBeGreaterThan(15);
  expect(onAzure.length).toBeGreaterThan(10);
  for (const { where, heading } of [...onAws, ...onAzure])
    expect(bodies.get(heading)?.length ?? 0, `${where} points to #${heading}`).toBeGreaterThan(100);
});

test('every alarm on AWS has a runbook', () => {
  for (const file of readdirSync(join(root, 'infra/aws'))) {
    const alarms = readFileSync(join(root, 'infra/aws', file), 'utf8').matchAll(/AlarmDescription: (.*)/g);
    for (const [, text] of alarms) expect(text, file).toContain(`\${param:runbooks}#`);
  }
});

test('an alarm that only one cloud has is said to be', () => {
  const files = readdirSync(join(root, 'infra/aws')).filter((name) => name.endsWith('.yml'));
  const aws = files.flatMap((file) =>
    [
      ...readFileSync(join(root, 'infra/aws', file), 'utf8').matchAll(
        /AlarmName: tributary-\$\{sls:stage\}-(.*)/g,
      ),
    ].map(([, name = '']) =>
      name.replace(/^(?:consumer|replay|files|arrivals|poll|door)-(errors|duration|throttles)$/, '$1'),
    ),
  );
  const azure = ALARMS.map(({ name }) => name);
  const alone = [
    ...aws.filter((name) => !azure.includes(name)),
    ...azure.filter((name) => !aws.includes(name)),
  ];
  expect(new Set(alone).size).toBeGreaterThan(3);
  const [, table = ''] = /\| alarm \| on Azure \|\n((?:\|.*\n)+)/.exec(page) ?? [];
  for (const name of alone) expect(table, name).toContain(`\`${name}\``);
});

test('entries of the audit that are lost ring and are shown on both clouds: nothing else tells of them', () => {
  const aws = (file: string): string => readFileSync(join(root, 'infra/aws', file), 'utf8');
  expect(aws('alarms.yml')).toMatch(/-audit-lost\n(?:.*\n){1,3} +MetricName: AuditLost\n/);
  expect(aws('dashboard.yml')).toMatch(/\["tributary\/[^"]+", "AuditLost"\]/);
  expect(ALARMS.find(({ name }) => name === 'audit-lost')?.query).toContain("name == 'AuditLost'");
  expect(CHARTS.some(({ query }) => query.includes("name == 'AuditLost'"))).toBe(true);
});

test('every runbook has an alarm', () => {
  const alarmed = new Set([...onAws, ...onAzure].map(({ heading }) => heading));
  const runbooks = page.split(/^## Runbooks.*$/m)[1]?.split(/^## /m)[0] ?? '';
  const headings = [...runbooks.matchAll(/^### (.*)$/gm)].map(([, heading = '']) => slug(heading));
  expect(headings.length).toBeGreaterThan(10);
  for (const heading of headings) expect(alarmed, heading).toContain(heading);
});

test('links within the page lead somewhere', () => {
  const links = [...page.matchAll(/\]\(#([\w-]+)\)/g)].map(([, heading = '']) => heading);
  expect(links.length).toBeGreaterThan(5);
  for (const link of links) expect([...bodies.keys()]).toContain(link);
});
