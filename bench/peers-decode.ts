import { kinesis } from '../lambdas/kinesis.js';
import { decodeMessage, type Entry } from '../shared/pipeline/decode.js';
import { inflate } from '../shared/pipeline/inflate.js';
import type { Contest, Contestant } from './contestant.js';
import { rulesFile } from './core.js';
import { CONTEXT } from './kinesis-batch.js';
import {
  BAD,
  BATCH,
  batch,
  type Decoder,
  decoder,
  parsed,
  type Shown,
  shownExport,
  withBad,
} from './peers-decode-batch.js';
import type { Peers } from './peers-load.js';
import { PARSERS, powertools } from './peers-powertools.js';
import { type Schema, schemaOf, type Zod } from './profile-schema.js';
import { rulesOf } from './rules-of.js';

const shownEntry = (entry: Entry): Shown => {
  if (entry.kind !== 'addressed') return { person: undefined, audiences: [] };
  const { identities, memberships } = entry.profile;
  return {
    person: identities.get('crmid')?.[0],
    audiences: memberships.filter(({ member }) => member).map(({ audience }) => audience),
  };
};

/** The Lambda's own adapter and decoder, with a pipeline that goes no further. */
function ours(): Contestant {
  const rules = rulesOf(rulesFile(20));
  let entries: Entry[] = [];
  const handler = kinesis({
    async run(messages) {
      entries = messages.flatMap((message) => decodeMessage(message, { rules, inflate }));
      return messages.map(({ id }) => ({ id, settled: true, endings: [] }));
    },
  });
  const run: Decoder<Entry> = async (event) => {
    await handler(event, CONTEXT);
    return entries;
  };
  return {
    name: 'tributary',
    run: () => run(batch),
    answers: async () => (await run(batch)).map(shownEntry),
    // One bad record is no reason to throw for us: it gets an ending of its own.
    refuses: async (i) => {
      const [good, bad] = await run(withBad(i));
      return good?.kind === 'addressed' && bad?.kind === 'malformed';
    },
  };
}

// It checks nothing, so what it gives may well be of another shape.
const unchecked: Decoder<Schema> = async ({ Records }) => Records.map((record) => parsed(record) as Schema);

/** In a loop: as zod is mostly used, and as it is fastest. */
function zodAlone(z: Zod): readonly Contestant[] {
  const by =
    (schema: ReturnType<typeof schemaOf>): Decoder<Schema> =>
    async ({ Records }) =>
      Records.map((record) => schema.parse(parsed(record)));
  const schema = schemaOf(z);
  return [
    decoder('zod alone', by(schema), shownExport),
    decoder('zod alone, compiled', by(z.compile(schema)), shownExport),
  ];
}

/** From a batch as Lambda hands it over to profiles that have been checked. */
export function decodeContests(peers: Peers): readonly Contest[] {
  const z = peers.load<Zod>('zod');
  const { refuses: _, ...bare } = decoder('bare base64 + JSON.parse, unchecked', unchecked, shownExport);
  return [
    {
      name: 'decode and check',
      work: `a Kinesis batch of ${BATCH} records of 2.6 kB with 20 memberships, every one checked`,
      events: BATCH,
      ours: ours(),
      rivals: [bare, ...(z ? [...zodAlone(z), ...powertools(peers, z)] : [])],
      bad: BAD.map(({ what }) => what),
      target: { ratio: 5, rivals: PARSERS },
    },
  ];
}
