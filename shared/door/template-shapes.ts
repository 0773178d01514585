import { undotted } from './dotted.js';
import { isObject, type Members, namespaceOf } from './members.js';

/*
 * Adobe's pages show templates that customers copy. Their output names audiences in lists to add to and remove from,
 * identities as pairs, attributes wrapped, and carries no times. Here it becomes what AEP itself would have exported; the
 * time of arrival stands in for the lost one, because such records can be ordered by nothing else.
 * https://experienceleague.adobe.com/docs/experience-platform/destinations/destination-sdk/functionality/destination-server/message-format.html
 */

/** The names under which templates print the two lists. */
const LISTS = ['AdobeExperiencePlatformSegments', 'AEPSegments'] as const;

/** Members of an item that a template printed. An object with any other is an export of its own kind. */
const TEMPLATE: ReadonlySet<string> = new Set([
  ...LISTS,
  'attributes',
  'identities',
  'identityMap',
  'segmentMembership',
]);

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);

/** `{"value": x}` is x, `{}` is nothing; objects are looked into, because a target field may lie deeper. */
function unwrapped(value: unknown): unknown {
  if (!isObject(value)) return value;
  const names = Object.keys(value);
  if (names.length === 0) return undefined;
  return names.length === 1 && names[0] === 'value' ? value['value'] : unwrapMembers(value);
}

function unwrapMembers(attributes: Members): Members {
  const entries = Object.entries(attributes).map(([name, value]) => [name, unwrapped(value)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function identityMapOf(pairs: unknown): Members | undefined {
  if (!Array.isArray(pairs)) return undefined;
  const map = new Map<string, { id: string }[]>();
  for (const pair of pairs) {
    if (!isObject(pair) || !isText(pair['type']) || !isText(pair['id'])) return undefined;
    const ids = map.get(pair['type']) ?? [];
    ids.push({ id: pair['id'] });
    map.set(pair['type'], ids);
  }
  return Object.fromEntries(map);
}

const assertions = (ids: readonly string[], status: string, at: string): Members =>
  Object.fromEntries(ids.map((id) => [id, { status, lastQualificationTime: at }]));

/** An audience in both lists is left: of two statuses at the same time an exit wins everywhere else, too. */
function membershipOf(lists: unknown, at: string): Members | undefined {
  if (!isObject(lists)) return undefined;
  const { add = [], remove = [] } = lists;
  if (!isTexts(add) || !isTexts(remove)) return undefined;
  return { ups: { ...assertions(add, 'realized', at), ...assertions(remove, 'exited', at) } };
}

const listsIn = (item: Members): unknown => item[LISTS[0]] ?? item[LISTS[1]];

/** No attribute may pass itself off as a part of the export. */
const withoutParts = ({ identityMap: _, segmentMembership: __, ...attributes }: Members): Members =>
  attributes;

/** Parts of an export, by their names in it; a part that is there but is not what a template prints gives nothing. */
function partsOf(item: Members, at: string): Members | undefined {
  const { identities, attributes, identityMap, segmentMembership } = item;
  const lists = listsIn(item);
  const known = identities === undefined ? identityMap : identityMapOf(identities);
  const member = lists === undefined ? segmentMembership : membershipOf(lists, at);
  if (identities !== undefined && known === undefined) return undefined;
  if (lists !== undefined && member === undefined) return undefined;
  if (attributes !== undefined && !isObject(attributes)) return undefined;
  return {
    ...(attributes && withoutParts(undotted(unwrapMembers(attributes)))),
    ...(known !== undefined && { identityMap: known }),
    ...(member !== undefined && { segmentMembership: member }),
  };
}

const isGroup = (item: Members): boolean => {
  const values = Object.values(item);
  return values.length > 0 && values.every((value) => isTexts(value) && value.length > 0);
};

/** An item grouped by identity: `{"IDFA":["…"],"GAID":["…"]}`, nothing but lists of bare texts. */
const fromGroup = (item: Members): Members => ({
  identityMap: Object.fromEntries(
    Object.entries(item).map(([name, ids]) => [name, Array.isArray(ids) ? ids.map((id) => ({ id })) : ids]),
  ),
});

/** Gives the export an item stands for; an item that no template of Adobe's pages prints is one already. */
export function toExport(item: Members, at: string): Members {
  const names = Object.keys(item);
  if (names.length > 0 && names.every((name) => TEMPLATE.has(name))) return partsOf(item, at) ?? item;
  return isGroup(item) ? fromGroup(item) : item;
}

/**
 * An item of the oldest template, `{"external_id":"…","AEPSegments":{…},"firstName":"…"}`: its first member is the
 * identity, what is no list is an attribute.
 */
export function fromOldest(item: Members, at: string): Members {
  const [first] = Object.entries(item);
  const lists = membershipOf(listsIn(item), at);
  const rest = Object.entries(item).filter(([name]) => !TEMPLATE.has(name));
  if (!first || TEMPLATE.has(first[0]) || !isText(first[1]) || lists === undefined) return toExport(item, at);
  return {
    ...Object.fromEntries(rest),
    identityMap: { [first[0]]: [{ id: first[1] }] },
    segmentMembership: lists,
  };
}

/** Adds the audience that a whole call was about to the export of one of its profiles. */
export function inAudience(item: Members, call: Members, at: string): Members {
  const profile = toExport(item, at);
  const { audienceId } = call;
  if (!isText(audienceId)) return profile;
  const said = call['audienceStatus'] ?? call['segmentStatus'] ?? call['status'];
  const status = isText(said) ? said : 'realized';
  const known = isObject(profile['segmentMembership']) ? profile['segmentMembership'] : {};
  const namespace = namespaceOf(call);
  const others = isObject(known[namespace]) ? known[namespace] : {};
  const asserted = { ...assertions([audienceId], status, at), ...others };
  return { ...profile, segmentMembership: { ...known, [namespace]: asserted } };
}
