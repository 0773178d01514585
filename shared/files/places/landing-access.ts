import type { Clock, Log } from '../../core/ports.js';
import { type Landing, LandingError, type LandingZone } from './landing-zone.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Keys on AWS live for hours; new ones are had by asking, that long before. */
const AWS_MARGIN = 5 * 60_000;

/** The access to a landing zone that is in use. */
export interface LandingAccess {
  current(): Promise<Landing>;
  /** Other access than one that was refused; asked for once, however many were refused. */
  instead(refused: Landing): Promise<Landing>;
}

/** What keeping access takes. */
export interface LandingAccessOptions {
  readonly zone: LandingZone;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** For the log. */
  readonly place: string;
  /** Renew that long before access ends. */
  readonly renewDays: number;
  /** Nothing is renewed, only told of. */
  readonly looks?: boolean | undefined;
}

const sameAs = (one: Landing, other: Landing): boolean => JSON.stringify(one) === JSON.stringify(other);

/**
 * Keeps access to a landing zone. Adobe is asked every hour, for somebody else may have renewed it; it is renewed before
 * it ends, and when what Adobe gives was refused. Renewing ends the access that others were given, so it comes last.
 */
export function landingAccess({
  zone,
  clock,
  log,
  place,
  renewDays,
  looks,
}: LandingAccessOptions): LandingAccess {
  let held: { readonly landing: Landing; readonly until: number } | undefined;
  let pending: Promise<Landing> | undefined;

  const endsSoon = ({ kind, ends }: Landing): boolean =>
    ends !== undefined && ends - clock.now() < (kind === 'aws' ? AWS_MARGIN : renewDays * DAY);

  const renewed = async (landing: Landing, must: boolean): Promise<Landing> => {
    try {
      return await zone.renew();
    } catch (error) {
      const lives = landing.ends === undefined || landing.ends > clock.now();
      if (must || !lives || !(error instanceof LandingError)) throw error;
      log.write('warn', 'place.not-renewed', { place, why: error.message });
      return landing;
    }
  };

  const fetched = async (refused: Landing | undefined): Promise<Landing> => {
    const known = await zone.ask();
    const must = refused !== undefined && sameAs(known, refused);
    // On AWS asking is all there is: it gives new keys by itself.
    const renews = known.kind === 'azure' && looks !== true && (must || endsSoon(known));
    const landing = renews ? await renewed(known, must) : known;
    const { ends = Number.POSITIVE_INFINITY } = landing;
    if (endsSoon(landing))
      log.write('warn', 'place.access-ends', { place, ends: new Date(ends).toISOString() });
    held = { landing, until: Math.min(clock.now() + HOUR, ends - (landing.kind === 'aws' ? AWS_MARGIN : 0)) };
    return landing;
  };

  const once = (refused?: Landing): Promise<Landing> => {
    pending ??= fetched(refused).finally(() => {
      pending = undefined;
    });
    return pending;
  };

  return {
    current: async () => (held !== undefined && clock.now() < held.until ? held.landing : once()),
    async instead(refused) {
      if (held !== undefined && !sameAs(held.landing, refused)) return held.landing;
      return once(refused);
    },
  };
}
