import type { Finding } from '../core/scope.js';

/** Settings are in capitals: `${key}`, `${object}` and `${fields}` belong to the templates of HTTP connections. */
const REFERENCE = /\$\{([A-Z_][A-Z0-9_]*)\}/g;

type Settings = Readonly<Record<string, string | undefined>>;

function expandText(text: string, settings: Settings, path: Finding['path'], missing: Finding[]): string {
  const told = new Set<string>();
  return text.replace(REFERENCE, (whole, name: string) => {
    // Own settings only: what every object inherits, such as `constructor`, is nobody's setting.
    const value = Object.hasOwn(settings, name) ? settings[name] : undefined;
    if (value !== undefined && value !== '') return value;
    if (told.has(name)) return whole;
    told.add(name);
    const message = `the setting ${name} is not set; set the environment variable ${name} (app setting on Azure)`;
    missing.push({ code: 'config.missing-setting', path, message });
    return whole;
  });
}

/**
 * Replaces `${NAME}` by the setting of that name in every text of a value. Names without a setting are added to
 * `missing`, each with its path. Secrets do not come this way: they are named `secret:NAME` and fetched when needed.
 */
export function expandSettings(
  value: unknown,
  settings: Settings,
  path: Finding['path'],
  missing: Finding[],
): unknown {
  if (typeof value === 'string') return expandText(value, settings, path, missing);
  if (Array.isArray(value))
    return value.map((item, i) => expandSettings(item, settings, [...path, i], missing));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      expandSettings(item, settings, [...path, key], missing),
    ]),
  );
}
