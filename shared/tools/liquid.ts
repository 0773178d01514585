import { Liquid } from 'liquidjs';
import { bad, ok, type Result } from '../core/fault.js';
import type { LiquidText, Looking } from '../core/tools.js';
import { liquidDate } from './liquid-date.js';
import { FILTERS, TAGS } from './liquid-parts.js';
import { environment, readsOf } from './liquid-reads.js';

/** Room for a long letter; what is longer is a mistake. */
const MOST_CHARACTERS = 20_000;
const MOST_OUTPUT = 100_000;
/** Steps of work that grow with the data: characters and items that filters make, turns of counted loops. */
const MOST_WORK = 1_000_000;
/** The last resort, for what the count of steps does not see. */
const MOST_MS = 200;

function engine(): Liquid {
  const liquid = new Liquid({
    // With templates of its own it never looks at the file system.
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    parseLimit: MOST_CHARACTERS,
    memoryLimit: MOST_WORK,
    renderLimit: MOST_MS,
  });
  for (const name of Object.keys(liquid.filters)) if (!FILTERS.has(name)) delete liquid.filters[name];
  for (const name of Object.keys(liquid.tags)) if (!TAGS.has(name)) delete liquid.tags[name];
  liquid.registerFilter('date', liquidDate);
  return liquid;
}

/** What the library says of a text, without its excerpt of it. */
const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message.split('\n')[0] : undefined) ?? '';

/**
 * Compiles a Liquid text. It sees attributes below `profile`, `identity.NAMESPACE`, `member.AUDIENCE`, `key` and
 * `now`, the time of the newest record, as CEL conditions do, and nothing else: no file, no clock, no randomness. What takes too long or grows too large
 * is a bad result, as is a filter that cannot cope with a value. Bad: `config.invalid`; rendering: `rule.undecided`.
 */
export function liquidText(source: string): Result<LiquidText> {
  const liquid = engine();
  try {
    const templates = liquid.parse(source);
    const reads = readsOf(liquid.globalVariableSegmentsSync(templates, { partials: false }));
    if (!reads.ok) return reads;
    const render = (looking: Looking): Result<string> => {
      try {
        const text: unknown = liquid.renderSync(templates, environment(reads.value, looking));
        if (typeof text === 'string' && text.length <= MOST_OUTPUT) return ok(text);
        return bad('rule.undecided', `the Liquid text came out longer than ${MOST_OUTPUT} characters`);
      } catch {
        // What the library says may hold a person's values.
        return bad('rule.undecided', 'the Liquid text could not be written for this person');
      }
    };
    return ok({ reads: reads.value, render });
  } catch (error) {
    return bad('config.invalid', `the Liquid text cannot be read: ${firstLine(error)}`);
  }
}
