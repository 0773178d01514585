import { type Contest, dissenters } from './contestant.js';
import { conditionContests } from './peers-conditions.js';
import { decodeContests } from './peers-decode.js';
import { openPeers, type Peers } from './peers-load.js';
import { mappingContests } from './peers-mapping.js';
import { type Field, type Pace, race } from './rivals.js';

/** What one contest came to. */
export interface ContestResult extends Field {
  readonly name: string;
  readonly work: string;
  readonly events: number;
  readonly target: Contest['target'];
}

/** The contests of whatever is installed. */
export const contestsOf = (peers: Peers): readonly Contest[] => [
  ...mappingContests(peers),
  ...conditionContests(peers),
  ...decodeContests(peers),
];

/**
 * Ours and every peer at the same work, once what they give has been found to be the same. Throws when it is not, with everybody who
 * gives something else.
 */
export async function measureContest(which: string, pace: Pace): Promise<ContestResult> {
  const contest = contestsOf(openPeers()).find(({ name }) => name === which);
  if (contest === undefined) throw new Error(`there is no contest ${which}`);
  const { name, work, events, ours, rivals, target } = contest;
  const wrong = await dissenters(contest);
  if (wrong.length > 0) throw new Error(`${name}: not the same work:\n${wrong.join('\n')}`);
  return { name, work, events, target, ...(await race(ours, rivals, pace)) };
}
