/** Least and greatest value of each of the six fields: seconds, minutes, hours, days, months, days of the week. */
const RANGES = [
  [0, 59],
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const;

const PART = /^(?:\*|(?<from>\d+)(?:-(?<to>\d+))?)(?:\/(?<step>\d+))?$/;

function valuesOf(field: string, [least, greatest]: readonly [number, number]): ReadonlySet<number> {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const groups = PART.exec(part)?.groups;
    if (!groups)
      throw new Error(`${JSON.stringify(part)} is nothing that the local host reads in a schedule`);
    const { from, to, step } = groups;
    const first = from === undefined ? least : Number(from);
    const last = from === undefined ? greatest : Number(to ?? (step === undefined ? from : greatest));
    for (let value = first; value <= last; value += Number(step ?? 1)) values.add(value);
  }
  return values;
}

/**
 * Reads a schedule with seconds in front, of numbers only; gives whether a time (UTC) is one of it.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
 */
export function schedule(text: string): (time: Date) => boolean {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== RANGES.length)
    throw new Error(`${JSON.stringify(text)} has not the six fields of a schedule`);
  const wanted = RANGES.map((range, i) => valuesOf(fields[i] ?? '', range));
  return (time) => {
    const own = [
      time.getUTCSeconds(),
      time.getUTCMinutes(),
      time.getUTCHours(),
      time.getUTCDate(),
      time.getUTCMonth() + 1,
      time.getUTCDay(),
    ];
    return own.every((value, i) => wanted[i]?.has(value));
  };
}
