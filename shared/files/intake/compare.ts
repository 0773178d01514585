import { type Presence, pairIn, pairsOfOthers, presenceOf } from './presence.js';

/** Of one audience: how many were in it, and how many of them are missing. */
export interface Turnover {
  was: number;
  gone: number;
}

/** What looking at lines has brought since it was last written down. */
export interface Finds {
  /** Members before whose own id is not there now, in order. */
  readonly missing: string[];
  /** Their other ids, each with their own behind it, in no order. */
  readonly asks: string[];
  /** The own ids of those who are there under another, in no order. */
  readonly found: string[];
  /** Who has left, in order. */
  readonly exits: string[];
  readonly turnover: Map<string, Turnover>;
  /** UTF-16 units of all these. */
  characters: number;
}

/** One thing looked at: its place in the order, and what it brings. */
export interface Look {
  readonly key: string;
  tell(finds: Finds): void;
}

type Lines = AsyncGenerator<string>;

const count = ({ turnover }: Finds, { audience }: Presence, what: keyof Turnover): void => {
  const known = turnover.get(audience) ?? { was: 0, gone: 0 };
  known[what] += 1;
  turnover.set(audience, known);
};

/** Others that are passed between two looks, so that whoever looks has a look at the clock. */
const STRETCH = 1000;

const nothing = (): void => undefined;

function keep(finds: Finds, list: 'missing' | 'asks' | 'found' | 'exits', text: string): void {
  finds[list].push(text);
  finds.characters += text.length;
}

/**
 * Looks at lines, each with whether its pair is among others. Both are sorted, so one pass over each is enough. Where many others
 * are passed before the next line comes, how far they have been passed is a look that brings nothing: a place to go on from.
 */
async function* joined(
  lines: Lines,
  others: Lines,
  lookAt: (line: string, isThere: boolean) => Look,
): AsyncGenerator<Look> {
  let passed = 0;
  try {
    let { value, done } = await others.next();
    for await (const line of lines) {
      const pair = pairIn(line);
      while (!done && pairIn(value) < pair) {
        passed += 1;
        if (passed % STRETCH === 0) yield { key: pairIn(value), tell: nothing };
        ({ value, done } = await others.next());
      }
      yield lookAt(line, !done && pairIn(value) === pair);
    }
  } finally {
    await others.return(undefined);
  }
}

/** Who was a member before and is not present under the same id. Lines of others are looked at as well: they bring nothing but take time. */
export function lookForMissing(before: Lines, present: Lines): AsyncGenerator<Look> {
  let last = '';
  return joined(before, present, (line, isThere) => {
    const one = presenceOf(line);
    const { pair: key } = one;
    if (!one.member || key === last) return { key, tell: nothing };
    last = key;
    return {
      key,
      tell(finds) {
        count(finds, one, 'was');
        if (isThere) return;
        keep(finds, 'missing', line);
        for (const other of pairsOfOthers(one)) keep(finds, 'asks', `${other}\t${key}`);
      },
    };
  });
}

/** Who of them is present under another id. */
export function lookForOthers(asks: Lines, present: Lines): AsyncGenerator<Look> {
  return joined(asks, present, (line, isThere) => {
    const key = pairIn(line);
    return { key, tell: (finds) => isThere && keep(finds, 'found', `${line.slice(key.length + 1)}\t`) };
  });
}

/** Who is present under none. */
export function lookForLeavers(missing: Lines, found: Lines): AsyncGenerator<Look> {
  return joined(missing, found, (line, isThere) => {
    const one = presenceOf(line);
    return {
      key: one.pair,
      tell(finds) {
        if (isThere) return;
        count(finds, one, 'gone');
        keep(finds, 'exits', line);
      },
    };
  });
}
