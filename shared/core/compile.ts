import type { FaultCode } from './fault.js';
import { canonical } from './fingerprint.js';
import type { Json } from './ports.js';
import { type FieldSource, isNamespace, type Rule, type RulesFile } from './rules.js';
import type { PersonState } from './state.js';

/** A finding about the file: where (path of keys from the top) and what to do. */
export interface Finding {
  readonly code: FaultCode;
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A declared audience. */
export interface Audience {
  readonly name: string;
  /** `namespace/id`, the key of its standing; a slash in the namespace is escaped. */
  readonly key: string;
  readonly namespace: string;
  readonly id: string;
  /** Rules that name it in `when`, by trigger, in file order: a record touches only rules that can match. */
  readonly rules: Readonly<Record<Trigger, CompiledRule[]>>;
}

/** What a field source may look at. */
export interface Sight {
  readonly key: string;
  readonly view: PersonState;
}

/** Gives the value of one field, or undefined when there is nothing to write. */
export type Reader = (sight: Sight) => Json | undefined;

/** A rule's wish for one field, and how much it weighs. */
export interface Bid {
  readonly read: Reader;
  /** Place of the rule in the file. */
  readonly order: number;
  /** False for a constant whose audience the person has left: any rule that speaks of the present outweighs it. */
  readonly active: boolean;
  /** When the person left, epoch microseconds: of constants gone by, the one that held last. 0 while active. */
  readonly until: number;
  /** For a constant of an edge rule, the time of the edge (epoch microseconds). Else 0: the view decides. */
  readonly at: number;
  /** For a constant of a level rule, the time of the assertion it stands on, epoch microseconds. Else 0. */
  readonly since: number;
}

/** One field of an action. Fields of one row that bear the same name share a slot, so that each is computed once. */
export interface CompiledField {
  readonly slot: number;
  /** The bid of a rule that speaks of the present: made once, because nearly every bid is one. */
  readonly live: Bid;
  /** A constant is written by the assertion that caused it and carries its time; all else follows the view. */
  readonly constant: boolean;
  /** Whether the file fills the field from other sources as well, so that one may be silent and another not. */
  readonly contested: boolean;
}

/** A row that actions address in the same way: same connection, object and match. */
export interface Row {
  readonly connection: string;
  readonly operation: 'upsert';
  readonly object: string;
  readonly match: string;
  readonly address: Reader;
  /** Place among the rows of the file. */
  readonly index: number;
  /** Field names by slot; grows while the file is compiled. */
  readonly slots: string[];
}

export interface CompiledAction {
  readonly row: Row;
  /** Whether an earlier action of the same rule is about this row too. */
  readonly again: boolean;
  readonly fields: readonly CompiledField[];
}

export type Trigger = 'entered' | 'left' | 'stayed' | 'member';

export interface CompiledRule {
  readonly name: string;
  /** Place in the file: later rules win. */
  readonly order: number;
  readonly trigger: Trigger;
  readonly audience: Audience;
  readonly actions: readonly CompiledAction[];
  /** What is said of a row this rule asked for, by what happened to the person. */
  readonly causes: Readonly<Record<'entered' | 'left' | 'stayed' | 'member' | 'outside', string>>;
}

/** An attribute path that some rule reads, split once. */
export interface ReadPath {
  readonly text: string;
  readonly steps: readonly string[];
}

/** One entry of `person.key`: an identity namespace (lower case) or an attribute path. */
export type KeySource =
  | { readonly kind: 'identity'; readonly namespace: string; readonly text: string }
  | { readonly kind: 'attribute'; readonly path: ReadPath; readonly text: string };

/** The customer's file, ready to run: everything that can be looked up beforehand has been. */
export interface CompiledRules {
  readonly keys: readonly KeySource[];
  readonly consent: string | undefined;
  /** namespace → id → audience. */
  readonly audiences: ReadonlyMap<string, ReadonlyMap<string, Audience>>;
  /** Level rules by the key of their audience; audiences without any are left out. */
  readonly levels: ReadonlyMap<string, readonly CompiledRule[]>;
  readonly paths: readonly ReadPath[];
  readonly rules: readonly CompiledRule[];
  /** Whether any rule is about `stayed`, for which the newest record's time must be known. */
  readonly asksForStayed: boolean;
}

const split = (text: string): ReadPath => ({ text, steps: text.split('.') });

/** The value at a path of a parsed JSON object; undefined when any step is missing or no object's own member. */
export function valueAt(body: Readonly<Record<string, unknown>>, path: ReadPath): unknown {
  let value: unknown = body;
  for (const step of path.steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    if (step === 'length' && Array.isArray(value)) return undefined;
    // Own member of a parsed JSON object, checked in the line above.
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

const CASTS: Record<string, (value: Json) => Json | undefined> = {
  lowercase: (value) => (typeof value === 'string' ? value.toLowerCase() : value),
  uppercase: (value) => (typeof value === 'string' ? value.toUpperCase() : value),
  trim: (value) => (typeof value === 'string' ? value.trim() : value),
  // Members in order: the text of an object must not depend on which of two equal records came first.
  string: (value) => (typeof value === 'object' ? canonical(value) : String(value)),
  number: toNumber,
  boolean: toBoolean,
};

/**
 * A decimal number as people write it: `Number` would also take `0x10` and nothing at all. Each digit can belong to one
 * part only, so that a long text that is no number is seen through in one pass.
 */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

function toNumber(value: Json): Json | undefined {
  if (typeof value === 'number') return value;
  const number = typeof value === 'string' && DECIMAL.test(value.trim()) ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

function toBoolean(value: Json): Json | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'object') return undefined;
  const text = String(value).toLowerCase();
  if (text === 'true' || text === '1' || text === 'y') return true;
  return text === 'false' || text === '0' || text === 'n' ? false : undefined;
}

/** Compiles a file that the schema has accepted. Finds every name that leads nowhere, not only the first. */
export function compile(file: RulesFile): { rules: CompiledRules; findings: readonly Finding[] } {
  return new Compiler(file).run();
}

class Compiler {
  private readonly findings: Finding[] = [];
  private readonly paths = new Map<string, ReadPath>();
  private readonly byName = new Map<string, Audience>();
  private readonly rows = new Map<string, Row>();
  /** Field of a row → all sources that fill it. */
  private readonly sources = new Map<string, Set<string>>();
  private readonly file: RulesFile;

  constructor(file: RulesFile) {
    this.file = file;
    for (const action of file.rules.flatMap((rule) => rule.do)) {
      for (const [name, source] of Object.entries(action.set)) {
        const id = fieldId(action, name);
        this.sources.set(id, (this.sources.get(id) ?? new Set()).add(canonical(source)));
      }
    }
  }

  run(): { rules: CompiledRules; findings: readonly Finding[] } {
    for (const [name, { id, namespace }] of Object.entries(this.file.audiences)) {
      const space = namespace.toLowerCase();
      this.byName.set(name, {
        name,
        id: interned(id),
        namespace: space,
        // The namespace is in small letters, so that nothing else looks like the escape of a slash.
        key: interned(`${space.replaceAll('/', '%2F')}/${id}`),
        rules: noRules(),
      });
    }
    if (this.file.consent) this.path(this.file.consent.require);
    const rules = this.file.rules.map((rule, order) => this.rule(rule, order));
    for (const rule of rules) rule.audience.rules[rule.trigger].push(rule);
    const compiled = {
      keys: this.file.person.key.map((text) => this.keySource(text)),
      consent: this.file.consent?.require,
      ...this.audienceIndex(),
      paths: [...this.paths.values()],
      rules,
      asksForStayed: rules.some(({ trigger }) => trigger === 'stayed'),
    };
    return { rules: compiled, findings: this.findings };
  }

  private audienceIndex(): Pick<CompiledRules, 'audiences' | 'levels'> {
    const audiences = new Map<string, Map<string, Audience>>();
    const byKey = new Map<string, Audience>();
    for (const audience of this.byName.values()) {
      const other = byKey.get(audience.key);
      if (other) {
        this.find(['audiences', audience.name], `has the same namespace and id as ${quote(other.name)}`);
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
      audience: this.audience(name, ['rules', order, 'when', trigger]),
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
        read: this.reader(from, [...path, 'set', name]),
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
      this.unknown([...path, 'upsert'], 'connection', connection, Object.keys(this.file.connections));
    }
    const id = rowId(action);
    const [[match, source] = ['', { key: true as const }]] = Object.entries(action.match);
    const address = this.reader(source, [...path, 'match', match]);
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

  private reader(source: FieldSource, path: readonly (string | number)[]): Reader {
    if ('key' in source) return ({ key }) => key;
    if ('value' in source) return () => source.value;
    if ('member' in source) {
      const { key } = this.audience(source.member, [...path, 'member']);
      return ({ view }) => view.standing.get(key)?.member ?? false;
    }
    if ('audiences' in source) return this.audienceNames(source.join);
    return this.attribute(source);
  }

  private attribute(source: { from: string; default?: Json | undefined; as?: string | undefined }): Reader {
    const { text } = this.path(source.from);
    const cast = source.as === undefined ? undefined : CASTS[source.as];
    return ({ view }) => {
      const known = view.values.get(text)?.value ?? undefined;
      if (known === undefined) return source.default;
      return cast === undefined ? known : cast(known);
    };
  }

  private audienceNames(join: string | undefined): Reader {
    const all = [...this.byName.values()];
    return ({ view }) => {
      const names = all.filter(({ key }) => view.standing.get(key)?.member).map(({ name }) => name);
      return join === undefined ? names : names.join(join);
    };
  }

  private path(text: string): ReadPath {
    const known = this.paths.get(text) ?? split(text);
    this.paths.set(text, known);
    return known;
  }

  private audience(name: string, path: readonly (string | number)[]): Audience {
    const found = this.byName.get(name);
    if (found) return found;
    this.unknown(path, 'audience', name, [...this.byName.keys()]);
    return { name, key: `?/${name}`, namespace: '?', id: name, rules: noRules() };
  }

  private unknown(
    path: readonly (string | number)[],
    what: string,
    name: string,
    known: readonly string[],
  ): void {
    // Nobody reads so many findings, and searching long lists for each would take minutes.
    const hint = this.findings.length < 100 ? `; ${declared(name, known)}` : '';
    this.find(path, `there is no ${what} named ${quote(name)}${hint}`, 'config.unknown-name');
  }

  private find(
    path: readonly (string | number)[],
    message: string,
    code: FaultCode = 'config.invalid',
  ): void {
    this.findings.push({ code, path, message });
  }
}

/**
 * The engine's own copy of a text, as JSON.parse makes of member names: looking one up by the other then compares
 * pointers instead of 36 characters, twenty times a record.
 */
const interned = (text: string): string => Object.keys({ [text]: true })[0] ?? text;

function slotOf(row: Row, name: string): number {
  const known = row.slots.indexOf(name);
  return known >= 0 ? known : row.slots.push(name) - 1;
}

/** Actions with the same id are about the same row, whoever the person is. */
const rowId = ({ upsert, match }: Rule['do'][number]): string => canonical([upsert, match]);

const fieldId = (action: Rule['do'][number], name: string): string => JSON.stringify([rowId(action), name]);

const noRules = (): Audience['rules'] => ({ entered: [], left: [], stayed: [], member: [] });

/** Most names a message lists. */
const SHOWN = 10;

/** What a message says of the names there are: all of a few; of many those that begin most like the one that was meant. */
function declared(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'none is declared';
  if (known.length <= SHOWN) return `declared are ${known.map(quote).join(', ')}`;
  const likeness = (other: string): number => {
    let same = 0;
    while (same < name.length && name[same] === other[same]) same += 1;
    return same;
  };
  const best = known
    .map((other) => ({ other, same: likeness(other) }))
    .sort((a, b) => b.same - a.same)
    .slice(0, SHOWN);
  return `declared are ${best.map(({ other }) => quote(other)).join(', ')} and ${known.length - SHOWN} more`;
}

const quote = (name: string): string => JSON.stringify(name);
