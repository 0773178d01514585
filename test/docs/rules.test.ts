import { expect, test } from 'vitest';
import { formatFinding, loadConfig } from '../../shared/config/load.js';
import { toolsFor } from '../../shared/tools/load.js';
import { yamlBlocks } from './yaml-blocks.js';

const [head, ...examples] = yamlBlocks('docs/rules.md');

test('the guide begins with the lines that all its examples share', () => {
  expect(head?.info).toBe('head');
  expect(examples.length).toBeGreaterThan(9);
});

test.each(examples)('$name is a file that may be run', async ({ text }) => {
  const whole = `${head?.text}\n${text}`;
  const loaded = loadConfig(whole, 'tributary.yaml', {}, await toolsFor(whole));
  expect(loaded.ok ? [] : loaded.findings.map(formatFinding)).toEqual([]);
});
