/** Most entries and bytes of one call, keys included. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const MOST_ENTRIES = 500;
const MOST_BYTES = 5 * 1024 * 1024;

/** Cuts entries, in order, into calls that Kinesis takes; `sizeOf` gives the bytes of one with its partition key. */
export function cutCalls<T>(entries: readonly T[], sizeOf: (entry: T) => number): T[][] {
  const calls: T[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const call = calls.at(-1);
    bytes += sizeOf(entry);
    if (call && call.length < MOST_ENTRIES && bytes <= MOST_BYTES) call.push(entry);
    else {
      calls.push([entry]);
      bytes = sizeOf(entry);
    }
  }
  return calls;
}
