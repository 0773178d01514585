import type { AudienceKey, AudienceNames } from '../config/audience-names.js';
import { bad, ok } from '../core/fault.js';
import type { AudienceRecord } from './audience.js';

/** A record that tells Adobe's id of its audience. */
type Known = AudienceRecord & { readonly audience: string };

const isKnown = (record: AudienceRecord): record is Known => record.audience !== undefined;

const same = (a: string, b: string | undefined): boolean => a.toLowerCase() === b?.toLowerCase();

/** The namespace of segments of Adobe's own. */
const USUAL = 'ups';

const spacesOf = (records: readonly AudienceRecord[]): readonly string[] => [
  ...new Set(records.flatMap(({ namespace }) => namespace?.toLowerCase() ?? [])),
];

/** Who is asked first: what was registered, then what exports say, then what an audience was called before. */
const TIERS: readonly ((record: Known, name: string) => boolean)[] = [
  (record, name) => record.seen !== true && record.name === name,
  (record, name) => record.seen === true && record.name === name,
  (record, name) => record.formerly?.includes(name) ?? false,
];

/** What the names in a book stand for. Names are compared letter by letter. */
export function audienceNames(records: readonly AudienceRecord[]): AudienceNames {
  const known = records.filter(isKnown);

  /**
   * Adobe tells no namespace when an audience is registered; exports do. An id may be in several: one id is then two
   * audiences, of which that one is meant which exports call as it was registered, or else the usual one.
   */
  function namespacesOf({ audience, name, formerly = [] }: Known): readonly string[] {
    const exported = known.filter((one) => one.namespace !== undefined && one.audience === audience);
    const called = (names: readonly string[]) =>
      spacesOf(
        exported.filter((one) => [one.name, ...(one.formerly ?? [])].some((was) => names.includes(was))),
      );
    const told = spacesOf(exported);
    const choices = [called([name]), called(formerly), told.filter((space) => same(USUAL, space)), told];
    return choices.find((spaces) => spaces.length > 0) ?? [USUAL];
  }

  function keysOf(found: readonly Known[], wanted: string | undefined): readonly AudienceKey[] {
    const keys = found.flatMap((record) => {
      const { audience: id, namespace } = record;
      const spaces = namespace === undefined ? [wanted ?? namespacesOf(record)].flat() : [namespace];
      return spaces.map((space): AudienceKey => ({ id, namespace: space }));
    });
    return keys.filter(
      (key, i) =>
        (wanted === undefined || same(wanted, key.namespace)) &&
        keys.findIndex((one) => one.id === key.id && same(one.namespace, key.namespace)) === i,
    );
  }

  return {
    find(name, namespace) {
      for (const tier of TIERS) {
        const keys = keysOf(
          known.filter((record) => tier(record, name)),
          namespace,
        );
        const [first] = keys;
        if (first && keys.length === 1) return ok(first);
        if (first) {
          const list = keys.map((key) => `${key.namespace}/${key.id}`).join(', ');
          const text = `several audiences are called ${JSON.stringify(name)} (${list}); declare the one that is meant by its id`;
          return bad('config.audience-name', text);
        }
      }
      const where = namespace === undefined ? '' : ` in namespace ${JSON.stringify(namespace)}`;
      const text = `no audience called ${JSON.stringify(name)} has been registered or seen in an export${where}; look at tributary audiences, or declare it by its id`;
      return bad('config.audience-name', text);
    },
  };
}
