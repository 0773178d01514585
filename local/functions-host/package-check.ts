import * as z from 'zod';
import type { FunctionMetadata } from './rpc.js';

/** What is known of a package before it is published. */
export interface Published {
  readonly functions: readonly FunctionMetadata[];
  readonly hostJson: unknown;
  /** Names of the settings that the deployment has. */
  readonly settings: ReadonlySet<string>;
}

const Binding = z.looseObject({
  type: z.string(),
  connection: z.string().optional(),
  source: z.string().optional(),
  consumerGroup: z.string().optional(),
  eventHubName: z.string().optional(),
  authLevel: z.string().optional(),
});
type Binding = z.infer<typeof Binding>;

const Retry = z.looseObject({
  delayInterval: z.looseObject({ seconds: z.number() }).optional(),
  minimumInterval: z.looseObject({ seconds: z.number() }).optional(),
});

/** https://learn.microsoft.com/azure/azure-functions/extension-bundles */
const HostJson = z.looseObject({
  extensionBundle: z.object({
    id: z.literal('Microsoft.Azure.Functions.ExtensionBundle'),
    version: z.literal('[4.0.0, 5.0.0)'),
  }),
});

const isTrigger = ({ type }: Binding): boolean => /trigger$/i.test(type);

/** A connection is a setting, or the beginning of several: https://learn.microsoft.com/azure/azure-functions/functions-reference#connections */
const isThere = (connection: string, settings: ReadonlySet<string>): boolean =>
  settings.has(connection) || [...settings].some((name) => name.startsWith(`${connection}__`));

function ofBinding(binding: Binding, settings: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const { connection, type, source, authLevel } = binding;
  if (connection !== undefined && !isThere(connection, settings))
    found.push(`no setting is ${connection}, nor begins with ${connection}__`);
  for (const [, name = ''] of JSON.stringify(binding).matchAll(/%([^%"]+)%/g))
    if (!settings.has(name)) found.push(`no setting is ${name}`);
  if (/^blobTrigger$/i.test(type) && source !== 'EventGrid')
    found.push('a blob trigger needs source: EventGrid on Flex Consumption');
  if (/^httpTrigger$/i.test(type) && authLevel === undefined) found.push('authLevel is not said');
  return found;
}

function ofFunction({ name, bindings, retryOptions }: FunctionMetadata, settings: ReadonlySet<string>) {
  const all = Object.values(bindings).map((binding) => Binding.parse(binding));
  const triggers = all.filter(isTrigger).length;
  const retry = Retry.safeParse(retryOptions).data;
  const short = [retry?.delayInterval, retry?.minimumInterval].some(
    (interval) => interval && interval.seconds < 1,
  );
  const found = [
    ...(triggers === 1 ? [] : [`has ${triggers} triggers`]),
    ...(short ? ['waits less than a second before it tries again'] : []),
    ...all.flatMap((binding) => ofBinding(binding, settings)),
  ];
  return found.map((what) => `${name}: ${what}`);
}

/** Two functions of one consumer group would share checkpoints, and each would see only a part. */
function sharedGroups(functions: readonly FunctionMetadata[]): string[] {
  const users = new Map<string, string[]>();
  for (const { name, bindings } of functions)
    for (const raw of Object.values(bindings)) {
      const { consumerGroup, eventHubName } = Binding.parse(raw);
      if (eventHubName === undefined) continue;
      const group = `${eventHubName}/${consumerGroup ?? '$Default'}`;
      users.set(group, [...(users.get(group) ?? []), name]);
    }
  return [...users]
    .filter(([, names]) => names.length > 1)
    .map(([group, names]) => `${names.join(' and ')} share the consumer group ${group}`);
}

/** Finds what would not work once published, as far as it can be known here. Nothing found means: ready to publish. */
export function packageFaults({ functions, hostJson, settings }: Published): string[] {
  const bundle = HostJson.safeParse(hostJson);
  return [
    ...(functions.length > 0 ? [] : ['no function is registered']),
    ...(bundle.success ? [] : [`host.json: ${z.prettifyError(bundle.error)}`]),
    ...functions.flatMap((each) => ofFunction(each, settings)),
    ...sharedGroups(functions),
  ];
}
