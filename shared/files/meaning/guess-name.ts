import { type AudienceKey, isUuid, type KnownAudiences } from './known-audiences.js';
import { timeIn } from './match-name.js';

/** What a name says that follows no template of ours. */
interface Guess {
  readonly audience: AudienceKey | undefined;
  readonly stranger: undefined;
  readonly at: number | undefined;
}

const TIME = /(?:^|[_-])(\d{8}_\d{6}|\d{14}|\d{10})$/;

/** `…_segment<id>_…`: only an audience's id stands there. */
const SEGMENT = /(?:^|_)segment([0-9a-z]{8}(?:-[0-9a-z]{4}){3}-[0-9a-z]{12})$/i;

/** The ends of a text that begin after a `_`, the longest first. */
function endings(text: string): readonly string[] {
  const found = [text];
  for (let at = text.indexOf('_'); at >= 0; at = text.indexOf('_', at + 1)) found.push(text.slice(at + 1));
  return found;
}

/** The audience that a name ends with: one that is declared, because what else has the form of an id may be anything. */
function audienceAtEnd(text: string, audiences: KnownAudiences): AudienceKey | undefined {
  const [, id] = SEGMENT.exec(text) ?? [];
  if (id !== undefined) return audiences.byId(id) ?? { namespace: 'ups', id };
  for (const ending of endings(text)) {
    const found = audiences.byId(ending) ?? audiences.byName(ending);
    if (found) return found;
  }
  return undefined;
}

/** Folders that Adobe can be told to make are named after the audience: by its name, its id, or both. */
function audienceOfFolder(folder: string, audiences: KnownAudiences): AudienceKey | undefined {
  for (const step of folder.split('/').slice(-3, -1).toReversed()) {
    const found = audiences.byId(step) ?? audiences.byName(step);
    if (found) return found;
    if (isUuid(step)) return { namespace: 'ups', id: step };
  }
  return undefined;
}

/**
 * Reads a name as Adobe writes it by default: the time at its end, the audience's id or name before that, or the audience's folder.
 * A destination's id may stand where the audience's would, so an id counts only if it is declared or `segment` stands before it.
 */
export function guessName(stem: string, folder: string, audiences: KnownAudiences): Guess {
  const [ending = '', digits] = TIME.exec(stem) ?? [];
  const at = digits === undefined ? undefined : timeIn(digits);
  const before = at === undefined ? stem : stem.slice(0, stem.length - ending.length);
  return {
    audience: audienceAtEnd(before, audiences) ?? audienceOfFolder(folder, audiences),
    stranger: undefined,
    at,
  };
}
