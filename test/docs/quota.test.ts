import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ConnectionConfig } from '../../shared/connectors/registry.js';
import { CallLimit, grant, HASTES } from '../../shared/core/quota.js';
import { CONNECTION_MEMBERS } from '../../shared/core/rules.js';
import { EMPTY_STATE } from '../../shared/core/state.js';
import { blocks, page, table } from './markdown.js';

const docs = page('quota.md');

test('the example is a connection with limits', () => {
  const [example = ''] = blocks(docs, 'yaml');
  const { quota, ...hub } = parse(example).connections.hub;
  expect(ConnectionConfig.safeParse(hub).success).toBe(true);
  expect(CONNECTION_MEMBERS.quota.parse(quota)).toEqual(quota);
});

test.each(table(docs, 'haste'))('%s: %s may use %s', (name, _, share) => {
  const haste = HASTES.find((one) => one === name);
  if (haste === undefined) throw new Error(`no such haste: ${name}`);
  const limits = [CallLimit.parse({ calls: 1000, seconds: 60 })];
  const answer = grant(EMPTY_STATE, { limits, now: 1_790_000_000_000, haste, calls: 5000 });
  const most = { 'all of it': 1000, '90 %': 900, '70 %': 700 }[share ?? ''];
  expect(answer).toMatchObject({ kind: 'granted', calls: most });
});
