/** A thing with members, as opposed to a list, a text or nothing. */
export const isMembers = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `${sls:stage}`, `${self:custom.letters}`, `${env:NAME, 'else'}`, `${param:name, self:custom.own}`; none within another. */
const VARIABLE = /\$\{((?:sls|self|env|param|file)[:(][^${}]*)\}/g;

/** The value under a dotted path, as it stands in the file. */
const under = (root: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((at, step) => (isMembers(at) ? at[step] : undefined), root);

/** Deep enough for a variable that names a variable; an endless circle ends there. */
const MOST_TURNS = 8;

/**
 * Fills in the variables of osls that can be known without a deployment: the stage, other values of the file, parameters of
 * the stage, and of the environment what is given. Of other files nothing is known here, so what stands after the comma
 * counts.
 */
export function fillIn(
  root: unknown,
  stage: string,
  env: Readonly<Record<string, string | undefined>>,
): unknown {
  function source(text: string): unknown {
    const quoted = /^'(.*)'$/.exec(text);
    if (quoted) return quoted[1];
    if (text === 'sls:stage') return stage;
    if (text.startsWith('self:')) return under(root, text.slice('self:'.length));
    if (text.startsWith('env:')) return env[text.slice('env:'.length)];
    if (!text.startsWith('param:')) return undefined;
    const name = text.slice('param:'.length);
    return under(root, `params.${stage}.${name}`) ?? under(root, `params.default.${name}`);
  }

  /** The first of the alternatives that is there; the variable itself when none is. */
  const standsFor = (variable: string, inner: string): unknown =>
    inner
      .split(/,\s*/)
      .map((text) => source(text.trim()))
      .find((value) => value !== undefined) ?? variable;

  function filled(text: string, turns: number): unknown {
    const [whole] = [...text.matchAll(VARIABLE)];
    if (whole === undefined || turns === 0) return text;
    if (whole[0] === text) {
      const value = standsFor(text, whole[1] ?? '');
      return value === text ? text : walk(value, turns - 1);
    }
    const next = text.replace(VARIABLE, (variable, inner: string) => String(standsFor(variable, inner)));
    return next === text ? text : filled(next, turns - 1);
  }

  function walk(value: unknown, turns: number): unknown {
    if (typeof value === 'string') return filled(value, turns);
    if (Array.isArray(value)) return value.map((item) => walk(item, turns));
    if (!isMembers(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, turns)]));
  }
  return walk(root, MOST_TURNS);
}
