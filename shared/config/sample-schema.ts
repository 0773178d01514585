type Schema = Readonly<Record<string, unknown>>;

/** Everything that was seen at one place. */
interface Seen {
  readonly types: Set<string>;
  readonly members: Map<string, Seen>;
  items: Seen | undefined;
}

const nothing = (): Seen => ({ types: new Set(), members: new Map(), items: undefined });

/** Adds a JSON value, whose depth whoever read it has bounded. Null says nothing. */
function see(value: unknown, seen: Seen): void {
  if (value === null) return;
  if (Array.isArray(value)) {
    seen.types.add('array');
    seen.items ??= nothing();
    for (const item of value) see(item, seen.items);
  } else if (typeof value === 'object') {
    seen.types.add('object');
    for (const [name, member] of Object.entries(value ?? {})) {
      const inside = seen.members.get(name) ?? nothing();
      seen.members.set(name, inside);
      see(member, inside);
    }
  } else seen.types.add(typeof value);
}

function schemaOf({ types, members, items }: Seen): Schema {
  if (types.size === 0) return {};
  return {
    type: [...types],
    ...(members.size > 0 && {
      properties: Object.fromEntries([...members].map(([name, inside]) => [name, schemaOf(inside)])),
    }),
    ...(items && { items: schemaOf(items) }),
  };
}

/** A JSON schema of everything that some samples are. */
export function schemaOfSamples(samples: readonly unknown[]): Schema {
  const seen = nothing();
  for (const sample of samples) see(sample, seen);
  return schemaOf(seen);
}
