import type { Audience } from './compiled.js';
import type { FaultCode } from './fault.js';
import { declared, quote } from './names.js';
import { type ReadPath, split } from './path.js';
import type { RulesFile } from './rules.js';
import type { FilePath, Finding, Reader, Scope, Sight } from './scope.js';
import type { Looking, Reads, Tools } from './tools.js';

/** What identities are kept under in a view, beside attribute paths: no path begins like this. */
const identityPath = (namespace: string): string => `$identity.${namespace.toLowerCase()}`;

/**
 * The engine's own copy of a text, as JSON.parse makes of member names: looking one up by the other then compares pointers
 * instead of 36 characters, twenty times a record. The object that makes it has no prototype and so no shape: a thousand
 * shapes of one member each used up what the engine keeps for objects that are parsed, and halved the speed of decoding.
 */
function interned(text: string): string {
  const holder: Record<string, true> = Object.create(null);
  holder[text] = true;
  return Object.keys(holder)[0] ?? text;
}

const noRules = (): Audience['rules'] => ({ entered: [], left: [], stayed: [], member: [], changed: [] });

/** Stands for an audience without an id, so that the rest of the file can be read. */
const standIn = (name: string): Audience => ({
  name,
  key: `?/${name}`,
  namespace: '?',
  id: name,
  rules: noRules(),
});

/** The scope of one file: its audiences, and everything its parts turn out to read. */
export class FileScope implements Scope {
  readonly findings: Finding[] = [];
  readonly paths = new Map<string, ReadPath>();
  readonly identities = new Map<string, ReadPath & { readonly identity: string }>();
  readonly byName = new Map<string, Audience>();
  /** Parts of the file that speak of an audience nobody knows the id of: `consent`, or the place of a rule. */
  readonly idle = new Set<string | number>();
  private readonly nameless = new Map<string, Audience & { readonly wanted: string | undefined }>();
  readonly tools: Tools;
  asksForNow = false;

  constructor(file: RulesFile, tools: Tools) {
    this.tools = tools;
    for (const [name, ref] of Object.entries(file.audiences)) {
      if (!('id' in ref)) {
        this.nameless.set(name, { ...standIn(name), wanted: ref.namespace?.toLowerCase() });
        continue;
      }
      const { id, namespace } = ref;
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
  }

  path(text: string): ReadPath {
    const known = this.paths.get(text) ?? split(text);
    this.paths.set(text, known);
    return known;
  }

  value(path: string): Reader {
    const { text } = this.path(path);
    return ({ view }) => view.values.get(text)?.value ?? undefined;
  }

  identity(namespace: string): Reader {
    const text = identityPath(namespace);
    this.identities.set(text, { text, steps: [], identity: namespace.toLowerCase() });
    return ({ view }) => view.values.get(text)?.value ?? undefined;
  }

  /** The declared audience of a name; a stand-in, and a finding, when there is none. */
  named(name: string, at: FilePath): Audience {
    const found = this.byName.get(name);
    if (found) return found;
    const nameless = this.nameless.get(name);
    if (nameless) {
      this.rest(at);
      return nameless;
    }
    this.unknown(at, 'audience', name, [...this.byName.keys()]);
    return standIn(name);
  }

  /** Takes the rule, or the part of the file, that a path is in for one that does not act. */
  private rest([part = '', place]: FilePath): void {
    this.idle.add(part === 'rules' && place !== undefined ? place : part);
  }

  /** Every declared audience of a namespace (any case); a finding when there is none. */
  inNamespace(namespace: string, at: FilePath): readonly Audience[] {
    for (const { wanted = namespace.toLowerCase() } of this.nameless.values())
      if (wanted === namespace.toLowerCase()) this.rest(at);
    const found = this.audiences().filter((audience) => audience.namespace === namespace.toLowerCase());
    if (found.length === 0)
      this.find(at, `no audience is declared in namespace ${quote(namespace)}`, 'config.unknown-name');
    return found;
  }

  audience(name: string, at: FilePath): string {
    return this.named(name, at).key;
  }

  audiences(): readonly Audience[] {
    return [...this.byName.values()];
  }

  usesNow(): void {
    this.asksForNow = true;
  }

  looking({ paths, identities, audiences, now }: Reads, at: FilePath): (sight: Sight) => Looking {
    if (now) this.usesNow();
    const values = new Map(paths.map((path) => [path, this.value(path)]));
    const ids = new Map(identities.map((name) => [name.toLowerCase(), this.identity(name)]));
    const keys = new Map(audiences.map((name) => [name, this.audience(name, at)]));
    return (sight) => ({
      value: (path) => values.get(path)?.(sight),
      identity: (namespace) => {
        const id = ids.get(namespace.toLowerCase())?.(sight);
        return typeof id === 'string' ? id : undefined;
      },
      member: (name) => sight.view.standing.get(keys.get(name) ?? '')?.member ?? false,
      key: sight.key,
      now: sight.now,
    });
  }

  unknown(at: FilePath, what: string, name: string, known: readonly string[]): void {
    // Nobody reads so many findings, and searching long lists for each takes long.
    const hint = this.findings.length < 25 ? `; ${declared(name, known)}` : '';
    this.find(at, `there is no ${what} named ${quote(name)}${hint}`, 'config.unknown-name');
  }

  find(at: FilePath, message: string, code: FaultCode = 'config.invalid'): void {
    this.findings.push({ code, path: at, message });
  }
}
