import { compileActions, compileSends, type RowBook, rowBook } from './actions.js';
import { auditOf } from './audit-section.js';
import type { Audience, CompiledRule, CompiledRules, KeySource, Quantity, Trigger } from './compiled.js';
import { FileScope } from './file-scope.js';
import { briefFingerprint } from './fingerprint.js';
import { judgeOf } from './judge.js';
import { quote } from './names.js';
import { split } from './path.js';
import { treeOf } from './path-tree.js';
import { isNamespace, type LevelAudiences, type Rule, type RulesFile } from './rules.js';
import type { FilePath, Finding } from './scope.js';
import type { Tools } from './tools.js';

const DAY = 86_400_000_000;

/** A file ready to run, and what is wrong with it. */
interface Compiled {
  readonly rules: CompiledRules;
  readonly findings: readonly Finding[];
}

/**
 * Compiles a file that the schema has accepted. Finds every name that leads nowhere, not only the first. Rules that speak
 * of an audience of which only Adobe's name is known never act. Rules that are shadows are compiled apart, so that the
 * others come out as if these were not there.
 */
export function compile(file: RulesFile, tools: Tools): Compiled {
  const whole = compileWhole(file, tools);
  if (file.rules.every(({ shadow }) => !shadow)) return whole;
  const only = (rules: readonly Rule[], consent = file.consent): CompiledRules =>
    compileWhole({ ...file, consent, rules: [...rules] }, tools).rules;
  const asks = file.consent && { ...file.consent, withdrawn: [] };
  const shadows = file.rules.filter(({ shadow }) => shadow).map((rule) => only([rule], asks));
  return { ...whole, rules: { ...only(file.rules.filter(({ shadow }) => !shadow)), shadows } };
}

function compileWhole(file: RulesFile, tools: Tools): Compiled {
  const scope = new FileScope(file, tools);
  const book = rowBook(file, scope);
  if (file.consent) scope.path(file.consent.require);
  const optOut = compileActions(file.consent?.withdrawn ?? [], {
    book,
    order: file.rules.length,
    at: ['consent', 'withdrawn'],
  });
  const rules = file.rules.map((rule, order) => compileRule(rule, order, book));
  const acting = rules.filter(({ order }) => !scope.idle.has(order));
  for (const rule of acting) for (const { rules: about } of rule.audiences) about[rule.trigger].push(rule);
  const compiled = {
    keys: file.person.key.map(keySource),
    waits: waitsOf(file, scope),
    consent: file.consent?.require,
    ...audienceIndex(scope),
    changes: changeIndex(acting),
    optOut: scope.idle.has('consent') ? [] : optOut,
    backfillMicros: file.backfill.days * DAY,
    quotas: quotasOf(file),
    audit: auditOf(file.audit),
    refreshMs: file.refresh && (file.refresh.days * DAY) / 1000,
    hasStop: rules.some(({ stop }) => stop),
    attributes: treeOf(scope.paths.values()),
    identities: [...scope.identities.values()],
    rules,
    shadows: [],
    asksForNewest: scope.asksForNow || rules.some(({ trigger }) => trigger === 'stayed'),
  };
  return { rules: compiled, findings: scope.findings };
}

function audienceIndex(scope: FileScope): Pick<CompiledRules, 'audiences' | 'levels'> {
  const audiences = new Map<string, Map<string, Audience>>();
  const byKey = new Map<string, Audience>();
  for (const audience of scope.audiences()) {
    const other = byKey.get(audience.key);
    if (other) {
      scope.find(['audiences', audience.name], `has the same namespace and id as ${quote(other.name)}`);
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

function changeIndex(rules: readonly CompiledRule[]): Map<string, readonly CompiledRule[]> {
  const changes = new Map<string, readonly CompiledRule[]>();
  for (const rule of rules) {
    if (rule.path !== undefined) changes.set(rule.path, [...(changes.get(rule.path) ?? []), rule]);
  }
  return changes;
}

const keySource = (text: string): KeySource =>
  isNamespace(text)
    ? { kind: 'identity', namespace: text.toLowerCase(), text: text.toLowerCase() }
    : { kind: 'attribute', path: split(text), text: text.toLowerCase() };

/** What a record without a key waits under; a namespace that is a key already would wait for itself. */
function waitsOf({ person: { key, wait = [] } }: RulesFile, scope: FileScope): readonly KeySource[] {
  const keys = new Set(key.map((text) => text.toLowerCase()));
  for (const [i, text] of wait.entries()) {
    if (keys.has(text.toLowerCase()))
      scope.find(
        ['person', 'wait', i],
        `${quote(text)} is a key already: a record that carries it does not wait`,
      );
  }
  return wait.map(keySource);
}

const quotasOf = ({ connections }: RulesFile): CompiledRules['quotas'] =>
  new Map(
    Object.entries(connections).flatMap(([name, { quota }]) =>
      quota === undefined ? [] : [[name, quota] as const],
    ),
  );

function compileRule(rule: Rule, order: number, book: RowBook): CompiledRule {
  const { scope } = book;
  const at: FilePath = ['rules', order];
  const [trigger, about] = Object.entries(rule.when)[0] as [Trigger, LevelAudiences]; // the schema allows exactly one member
  const { quantity, audiences, text } =
    trigger === 'changed' ? changeOf(about) : audiencesOf(about, [...at, 'when', trigger], scope);
  const judge = rule.if === undefined ? undefined : judgeOf(rule.if, scope, [...at, 'if']);
  const path = trigger === 'changed' ? scope.path(text).text : undefined;
  const level = trigger === 'member';
  if (rule.otherwise && !level) {
    scope.find([...at, 'otherwise'], 'only a rule about "member" has an otherwise: an edge is over at once');
  }
  const actions = compileActions(rule.do, { book, order, at: [...at, 'do'] });
  const otherwise =
    rule.otherwise && compileActions(rule.otherwise, { book, order, at: [...at, 'otherwise'] });
  const sends = compileSends(rule.do, { book, order, at: [...at, 'do'] });
  if (level && sends.length > 0) {
    scope.find(
      [...at, 'do'],
      '"send" makes something happen once, so it needs an edge: entered, left, stayed or changed',
    );
  }
  return {
    name: rule.name,
    id: briefFingerprint(JSON.stringify([rule.name, rule.when, rule.if ?? null])),
    order,
    trigger,
    quantity,
    audiences,
    path,
    judge,
    actions,
    otherwise,
    sends,
    stop: rule.stop,
    backfill: rule.backfill,
    open: !level && (quantity === 'all' || judge !== undefined),
    plain: level && quantity === 'any' && audiences.length === 1 && !judge && !otherwise,
    causes: causesOf(rule.name, text, judge !== undefined),
  };
}

interface About {
  readonly quantity: Quantity;
  readonly audiences: readonly Audience[];
  /** As messages and causes name it. */
  readonly text: string;
}

/** `changed` names a path where the others name audiences. */
const changeOf = (about: LevelAudiences): About => ({
  quantity: 'any',
  audiences: [],
  text: typeof about === 'string' ? about : '',
});

function audiencesOf(about: LevelAudiences, at: FilePath, scope: FileScope): About {
  if (typeof about === 'string') return { quantity: 'any', audiences: [scope.named(about, at)], text: about };
  const [quantity, names] = Object.entries(about)[0] as [Quantity, string[] | { namespace: string }]; // exactly one member
  const inside = [...at, quantity];
  const audiences = Array.isArray(names)
    ? [...new Set(names)].map((name) => scope.named(name, [...inside, names.indexOf(name)]))
    : scope.inNamespace(names.namespace, [...inside, 'namespace']);
  const list = audiences.map(({ name }) => name).join(quantity === 'all' ? ' and ' : ' or ');
  return { quantity, audiences, text: quantity === 'none' ? `none of ${list}` : list };
}

const causesOf = (name: string, text: string, conditional: boolean): CompiledRule['causes'] => ({
  entered: `${name} (entered ${text})`,
  left: `${name} (left ${text})`,
  stayed: `${name} (stayed in ${text})`,
  member: `${name} (member of ${text})`,
  changed: `${name} (${text} changed)`,
  outside: conditional
    ? `${name} (otherwise: not a member of ${text}, or its condition is false)`
    : `${name} (not a member of ${text})`,
});
