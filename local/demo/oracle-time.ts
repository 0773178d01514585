const WRITTEN = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.(\d+))?(?:Z|([+-])(\d\d):?(\d\d))?)?$/;

/** How many microseconds one unit of an epoch number is, by its number of digits. */
const EPOCH_UNITS: ReadonlyMap<number, number> = new Map([
  [10, 1_000_000],
  [13, 1000],
  [16, 1],
]);

function readEpoch(digits: string): number | undefined {
  const unit = EPOCH_UNITS.get(digits.length);
  return unit === undefined ? undefined : Number(digits) * unit;
}

/** Reads a time as exports write it, to epoch microseconds; without a zone it is UTC. Undefined when it is no time. */
export function readTime(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  if (/^\d+$/.test(text)) return readEpoch(text);
  const parts = WRITTEN.exec(text);
  if (parts === null) return undefined;
  const [, day, clock = '00:00', seconds = ':00', fraction = '', sign, hours = '0', minutes = '0'] = parts;
  const whole = Date.parse(`${day}T${clock}${seconds}Z`);
  // Date rolls the 30th of February over to March; such a day is no time.
  if (Number.isNaN(whole) || new Date(whole).toISOString() !== `${day}T${clock}${seconds}.000Z`)
    return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  return (whole - offset * 60_000) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}
