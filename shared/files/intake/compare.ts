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

/** Lines, and whether their pair is among others. Both are sorted, so one pass over each is enough. */
async function* joined(lines: Lines, others: Lines): AsyncGenerator<{ line: string; isThere: boolean }> {
  try {
    let { value, done } = await others.next();
    for await (const line of lines) {
      const pair = pairIn(line);
      while (!done && pairIn(value) < pair) ({ value, done } = await others.next());
      yield { line, isThere: !done && pairIn(value) === pair };
    }
  } finally {
    await others.return(undefined);
  }
}

/** Who was a member before and is not present under the same id. Lines of others are looked at as well: they bring nothing but take time. */
export async function* lookForMissing(before: Lines, present: Lines): AsyncGenerator<Look> {
  let last = '';
  for await (const { line, isThere } of joined(before, present)) {
    const one = presenceOf(line);
    if (!one.member || one.pair === last) {
      yield { key: one.pair, tell: () => undefined };
      continue;
    }
    last = one.pair;
    yield {
      key: one.pair,
      tell(finds) {
        count(finds, one, 'was');
        if (isThere) return;
        finds.missing.push(line);
        for (const other of pairsOfOthers(one)) finds.asks.push(`${other}\t${one.pair}`);
      },
    };
  }
}

/** Who of them is present under another id. */
export async function* lookForOthers(asks: Lines, present: Lines): AsyncGenerator<Look> {
  for await (const { line, isThere } of joined(asks, present)) {
    const key = pairIn(line);
    yield { key, tell: ({ found }) => isThere && found.push(`${line.slice(key.length + 1)}\t`) };
  }
}

/** Who is present under none. */
export async function* lookForLeavers(missing: Lines, found: Lines): AsyncGenerator<Look> {
  for await (const { line, isThere } of joined(missing, found)) {
    const one = presenceOf(line);
    yield {
      key: one.pair,
      tell(finds) {
        if (isThere) return;
        count(finds, one, 'gone');
        finds.exits.push(line);
      },
    };
  }
}
