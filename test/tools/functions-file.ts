import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Json } from '../../shared/core/ports.js';
import type { CustomerFunction, Looking } from '../../shared/core/tools.js';
import { loadFunctions } from '../../shared/tools/functions.js';

/** Writes a file of functions into a folder of its own, outside this package; it goes when the test is over. */
export async function functionsFile(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'functions-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

/** The function `f` of a file with this text. */
export async function loaded(text: string, name = 'mine.mjs'): Promise<CustomerFunction> {
  const head = `import { defineMapping, defineRule } from 'tributary/functions';\n`;
  const functions = await loadFunctions(await functionsFile(name, head + text));
  if (!functions.ok) throw functions.fault;
  const found = functions.value.get('f');
  if (!found) throw new Error('the file has no function f');
  return found;
}

/** A person with these values. */
export const lookingAt = (values: Readonly<Record<string, Json>> = {}): Looking => ({
  value: (path) => values[path],
  identity: (namespace) => (namespace.toLowerCase() === 'email' ? 'ada@example.com' : undefined),
  member: (audience) => audience === 'hot',
  key: 'k-1',
  now: Date.parse('2026-02-01T00:00:00Z') * 1000,
});

/** What a function comes to, or why to nothing. */
export function outcome(found: CustomerFunction, looking = lookingAt()): unknown {
  const result = found.kind === 'rule' ? found.holds(looking) : found.value(looking);
  return result.ok ? { is: result.value } : `${result.fault.code}: ${result.fault.message}`;
}
