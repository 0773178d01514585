import type { FieldLists } from '../config/field-lists.js';
import { needsOf } from '../config/needs.js';
import { secretsIn } from '../connectors/auth/secret.js';
import { openExaminer } from '../connectors/open-connector.js';
import type { ConnectionConfig, ConnectorDeps } from '../connectors/registry.js';
import type { Fault } from '../core/fault.js';
import type { Finding } from '../core/remote.js';
import type { RulesFile } from '../core/rules.js';
import { findingOf, type Part } from './part.js';

/** A rule file, opened with the settings of its deployment. */
export interface Opened {
  readonly file: RulesFile;
  readonly connections: ReadonlyMap<string, ConnectionConfig>;
}

async function missingSecrets(
  config: ConnectionConfig,
  { secrets }: ConnectorDeps,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const secret of new Set(secretsIn(config))) {
    try {
      await secrets.get(secret);
    } catch (error) {
      findings.push(findingOf(error));
    }
  }
  return findings;
}

const unused: Finding = { level: 'warning', what: 'no rule uses it', advice: 'Remove it, or write a rule.' };

const unexamined: Finding = {
  level: 'warning',
  what: 'what is behind it cannot be examined without sending to it',
  advice: 'Try one record against a test system.',
};

/** Each connection of a file, held against what its rules ask of it. Nothing is written there. */
export function connectionParts({ file, connections }: Opened, deps: ConnectorDeps): readonly Part[] {
  return [...connections].map(([name, config]) => ({
    name: `connection ${name}`,
    async look(signal) {
      const missing = await missingSecrets(config, deps);
      if (missing.length > 0) return missing;
      const needs = needsOf(file, name);
      const found = await openExaminer(name, config, deps)?.examine(needs, signal);
      return [...(needs.length === 0 ? [unused] : []), ...(found ?? [unexamined])];
    },
  }));
}

/** The fields of the objects that rules use, as a target has them now; and why those of others could not be had. */
export interface LiveFields {
  readonly connection: string;
  readonly lists: FieldLists;
  readonly faults: readonly Fault[];
}

/** Asks each connection that can tell for the fields of the objects its rules use. */
export async function liveFields(
  { file, connections }: Opened,
  deps: ConnectorDeps,
  signal: AbortSignal,
): Promise<readonly LiveFields[]> {
  const all: LiveFields[] = [];
  for (const [connection, config] of connections) {
    const examiner = openExaminer(connection, config, deps);
    if (!examiner?.fields) continue;
    const lists: Record<string, FieldLists[string]> = {};
    const faults: Fault[] = [];
    for (const { object } of needsOf(file, connection)) {
      const fields = await examiner.fields(object, signal);
      if (fields.ok) lists[object] = { ...fields.value };
      else faults.push(fields.fault);
    }
    all.push({ connection, lists, faults });
  }
  return all;
}
