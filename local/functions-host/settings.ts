import { Fault } from '../../shared/core/fault.js';

/** App settings, as `Values` of local.settings.json holds them. */
export type Settings = Readonly<Record<string, string>>;

const WHERE = 'set it under Values in local.settings.json (local.settings.example.json shows them all)';

const setting = (settings: Settings, name: string, use: string): string => {
  const value = settings[name];
  if (value !== undefined && value !== '') return value;
  throw new Fault('config.missing-setting', `The setting ${name} is missing, which ${use} needs: ${WHERE}.`);
};

/** Replaces every `%NAME%` by the setting of that name, as the host does in hub, group, path, queue and schedule. */
export const expandSettings = (text: string, settings: Settings, use: string): string =>
  text.replaceAll(/%([^%]+)%/g, (_, name: string) => setting(settings, name, use));

/**
 * Finds the connection string behind a binding's `connection`, which names a setting and is never `%…%`-expanded.
 * On Azure the name may also be a prefix for identity-based settings; nobody can sign in to Azure from here.
 */
export const resolveConnection = (name: string, settings: Settings, use: string): string => {
  const identity = `${name}__fullyQualifiedNamespace`;
  if (!settings[name] && settings[identity]) {
    throw new Fault(
      'config.invalid',
      `The setting ${identity} asks for a managed identity, which does not exist on this machine: set ${name} to a connection string for ${use}.`,
    );
  }
  return setting(settings, name, use);
};

/** Hub named inside a connection string, which on Azure overrides the binding's `eventHubName`. */
export const entityPath = (connectionString: string): string | undefined =>
  /(?:^|;)\s*EntityPath=([^;]+)/i.exec(connectionString)?.[1]?.trim();

/**
 * Puts the settings into the environment, where the app reads them as it does on Azure, and gives back how to undo it.
 * They win over variables that are already set: what the caller hands in is what both the triggers and the app see.
 */
export const applySettings = (settings: Settings, env: NodeJS.ProcessEnv): (() => void) => {
  const before = Object.keys(settings).map((name) => [name, env[name]] as const);
  Object.assign(env, settings);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete env[name];
      else env[name] = value;
    }
  };
};
