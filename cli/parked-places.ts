import type { RetryQueue } from '../shared/core/kept.js';
import type { Clock } from '../shared/core/ports.js';
import { withNamed } from '../shared/secrets.js';
import { keptOptions, readKeptSettings } from '../shared/settings.js';
import { openLetters, openParking } from '../shared/stores/open-kept.js';
import type { Shelf } from '../shared/stores/shelf.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Where to look, and the retry queue of the deployment. */
export interface Places {
  readonly shelves: readonly Shelf[];
  readonly parking: RetryQueue;
}

const OBJECTS = /^(?:s3|blob):/;

/** Opens what `--from` names: one of the two places of the settings, a place of its own, or both when it is absent. */
export async function openPlaces(
  from: string | undefined,
  requeue: boolean,
  given: Env,
  clock: Clock,
): Promise<Places> {
  const env = await withNamed(given, clock, 'TRIBUTARY_STORAGE_CONNECTION');
  const options = { ...keptOptions(readKeptSettings(env)), clock };
  const parking = await openParking(options);
  if (from !== undefined && from !== 'letters' && from !== 'queue') {
    const own = OBJECTS.test(from)
      ? await openLetters({ ...options, deadLetters: from })
      : await openParking({ ...options, parking: from });
    return { shelves: [own], parking };
  }
  const letters = await openLetters(options);
  if (from === 'letters' || requeue) return { shelves: [letters], parking };
  return { shelves: from === 'queue' ? [parking] : [letters, parking], parking };
}
