import type { Answer, Part } from './apart.js';
import { measureScenario } from './core.js';
import { measureContest } from './peers-measure.js';
import { endWithParent } from './tidy.js';

// A process of its own for a part of a benchmark; apart.ts says why.

async function answerTo({ kind, name, ...pace }: Part): Promise<Answer> {
  try {
    return { result: kind === 'core' ? measureScenario(name, pace) : await measureContest(name, pace) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

endWithParent();
// Sent by apart.ts of the same build.
process.once('message', (part: Part) => {
  void answerTo(part).then((answer) => process.send?.(answer, undefined, {}, () => process.disconnect()));
});
