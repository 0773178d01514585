import type {
  Audience,
  CompiledAction,
  CompiledRule,
  CompiledRules,
  KeySource,
  Row,
  Trigger,
} from './compiled.js';
import { FileScope } from './file-scope.js';
import { canonical } from './fingerprint.js';
import { quote } from './names.js';
import { split } from './path.js';
import { readerOf } from './reader.js';
import { isNamespace, type Rule, type RulesFile } from './rules.js';
import type { Finding } from './scope.js';
import type { Tools } from './tools.js';

/** Compiles a file that the schema has accepted. Finds every name that leads nowhere, not only the first. */
export function compile(
  file: RulesFile,
  tools: Tools,
): { rules: CompiledRules; findings: readonly Finding[] } {
  return new Compiler(file, tools).run();
}

class Compiler {
  private readonly scope: FileScope;
  private readonly rows = new Map<string, Row>();
  /** Field of a row → all sources that fill it. */
  private readonly sources = new Map<string, Set<string>>();
  private readonly file: RulesFile;

  constructor(file: RulesFile, tools: Tools) {
    this.file = file;
    this.scope = new FileScope(file, tools);
    for (const action of file.rules.flatMap((rule) => rule.do)) {
      for (const [name, source] of Object.entries(action.set)) {
        const id = fieldId(action, name);
        this.sources.set(id, (this.sources.get(id) ?? new Set()).add(canonical(source)));
      }
    }
  }

  run(): { rules: CompiledRules; findings: readonly Finding[] } {
    if (this.file.consent) this.scope.path(this.file.consent.require);
    const rules = this.file.rules.map((rule, order) => this.rule(rule, order));
    for (const rule of rules) rule.audience.rules[rule.trigger].push(rule);
    const compiled = {
      keys: this.file.person.key.map((text) => this.keySource(text)),
      consent: this.file.consent?.require,
      ...this.audienceIndex(),
      paths: [...this.scope.paths.values()],
      rules,
      asksForNewest: this.scope.asksForNow || rules.some(({ trigger }) => trigger === 'stayed'),
    };
    return { rules: compiled, findings: this.scope.findings };
  }

  private audienceIndex(): Pick<CompiledRules, 'audiences' | 'levels'> {
    const audiences = new Map<string, Map<string, Audience>>();
    const byKey = new Map<string, Audience>();
    for (const audience of this.scope.byName.values()) {
      const other = byKey.get(audience.key);
      if (other) {
        this.scope.find(
          ['audiences', audience.name],
          `has the same namespace and id as ${quote(other.name)}`,
        );
        continue;
      }
      byKey.set(audience.key, audience);
      const ids = audiences.get(audience.namespace) ?? new Map<string, Audience>();
      audiences.set(audience.namespace, ids.set(audience.id, audience));
    }
    const levels = new Map<string, readonly CompiledRule[]>();
    for (const { key, rules } of byKey.values()) if (rules.member.length > 0) levels.set(key, rules.member);
    return { audiences, levels };
  }

  private keySource(text: string): KeySource {
    return isNamespace(text)
      ? { kind: 'identity', namespace: text.toLowerCase(), text: text.toLowerCase() }
      : { kind: 'attribute', path: split(text), text: text.toLowerCase() };
  }

  private rule(rule: Rule, order: number): CompiledRule {
    const [trigger, name] = Object.entries(rule.when)[0] as [Trigger, string]; // the schema allows exactly one member
    return {
      name: rule.name,
      order,
      trigger,
      audience: this.scope.named(name, ['rules', order, 'when', trigger]),
      actions: rule.do.map((_, i) => this.action(rule.do, i, order)),
      causes: {
        entered: `${rule.name} (entered ${name})`,
        left: `${rule.name} (left ${name})`,
        stayed: `${rule.name} (stayed in ${name})`,
        member: `${rule.name} (member of ${name})`,
        outside: `${rule.name} (not a member of ${name})`,
      },
    };
  }

  private action(actions: Rule['do'], i: number, order: number): CompiledAction {
    const action = actions[i] as Rule['do'][number]; // `i` is a place in the list
    const path = ['rules', order, 'do', i];
    const row = this.row(action, path);
    const fields = Object.entries(action.set).map(([name, from]) => ({
      slot: slotOf(row, name),
      live: {
        read: readerOf(from, this.scope, [...path, 'set', name]),
        order,
        active: true,
        until: 0,
        at: 0,
        since: 0,
      },
      constant: 'value' in from,
      contested: (this.sources.get(fieldId(action, name))?.size ?? 0) > 1,
    }));
    return { row, again: actions.slice(0, i).some((other) => rowId(other) === rowId(action)), fields };
  }

  private row(action: Rule['do'][number], path: readonly (string | number)[]): Row {
    const [connection = '', object = ''] = action.upsert.split('/');
    if (!Object.hasOwn(this.file.connections, connection)) {
      this.scope.unknown([...path, 'upsert'], 'connection', connection, Object.keys(this.file.connections));
    }
    const id = rowId(action);
    const [[match, source] = ['', { key: true as const }]] = Object.entries(action.match);
    const address = readerOf(source, this.scope, [...path, 'match', match]);
    const known = this.rows.get(id);
    if (known) return known;
    const index = this.rows.size;
    const row: Row = {
      connection,
      operation: 'upsert',
      object,
      match,
      address,
      index,
      slots: [],
    };
    this.rows.set(id, row);
    return row;
  }
}

function slotOf(row: Row, name: string): number {
  const known = row.slots.indexOf(name);
  return known >= 0 ? known : row.slots.push(name) - 1;
}

/** Actions with the same id are about the same row, whoever the person is. */
const rowId = ({ upsert, match }: Rule['do'][number]): string => canonical([upsert, match]);

const fieldId = (action: Rule['do'][number], name: string): string => JSON.stringify([rowId(action), name]);
