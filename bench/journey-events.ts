import { AUDIENCE_IDS, exportOf } from './events.js';

/** The audience of journey.yaml. */
export const HOT = AUDIENCE_IDS[0] ?? '';

/** Shares of the events after the first of each person; the rest re-exports what is known, as AEP does on any write. */
export interface Mix {
  /** The row changes. */
  readonly changed: number;
  /** A newer time of a membership that was known: the row stays as it is. */
  readonly newer: number;
}

/** As docs/operations.md reckons with: a fifth of the messages changes a row, the others only repeat it, newly. */
export const USUAL: Mix = { changed: 0.2, newer: 0.3 };
/** No re-exports at all: what never happens, and says what remembering costs where it saves nothing. */
export const ALL_NEWS: Mix = { changed: 1, newer: 0 };

/** A row as the CRM should hold it. */
export type Row = Readonly<Record<string, unknown>>;

/** One event, whose it is, and the row that should follow from it. */
export interface Sent {
  readonly key: string;
  readonly body: Buffer;
  readonly row: Row;
}

interface Person {
  points: number;
  seconds: number;
}

function sentOf(i: number, { points, seconds }: Person): Sent {
  const key = `C-${100_000 + i}`;
  const text = exportOf(i, 20, 0).toString();
  const at = new Date(Date.UTC(2026, 8, 1) + seconds * 1_000).toISOString();
  const hot = `"${HOT}":{"lastQualificationTime":"${at}","status":"realized"}`;
  const body = text
    .replace(`"points":${1000 + i}`, `"points":${points}`)
    .replace(new RegExp(`"${HOT}":\\{[^}]*\\}`), hot);
  const tier = i % 2 === 0 ? 'gold' : 'silver';
  const name = { FirstName: `Ada${i}`, LastName: `Example${i}` };
  const rest = { Tier__c: tier, Loyalty_Points__c: points, Hot_Prospect__c: true };
  const row = { AEP_Id__c: key, ...name, Email: `ada.${i}@example.com`, ...rest };
  return { key, body: Buffer.from(body), row };
}

/** The first export of each of some people, then `count` more: round by round everybody, the mix dealt out evenly. */
export function journeys(people: number, count: number, { changed, newer }: Mix) {
  const known = Array.from({ length: people }, (): Person => ({ points: 100, seconds: 0 }));
  const first = known.map((person, i) => sentOf(i, person));
  const then = Array.from({ length: count }, (_, n) => {
    const i = n % people;
    const person = known[i] ?? { points: 0, seconds: 0 };
    // A tenth of the people at a time, another one in each round.
    const place = ((n + Math.floor(n / people) * 3) % 10) / 10;
    if (place < changed) person.points += 1;
    else if (place < changed + newer) person.seconds += 60;
    return sentOf(i, person);
  });
  return { first, then };
}

/** What the CRM should hold after these, by key. */
export const expectedRows = (events: readonly Sent[]): ReadonlyMap<string, Row> =>
  new Map(events.map(({ key, row }) => [key, row]));
