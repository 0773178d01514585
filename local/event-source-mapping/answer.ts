const itemOf = (failure: unknown): unknown =>
  typeof failure === 'object' && failure !== null && 'itemIdentifier' in failure
    ? failure.itemIdentifier
    : undefined;

/**
 * Reads a function's answer to a batch as Lambda does: how many records, from the first, are done. All of them when
 * nothing is named; none when an identifier is missing, empty or not of this batch; otherwise those before the lowest
 * one named. Without partial answers switched on (`reports`) every return is a success.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function doneCount(payload: unknown, ids: readonly string[], reports: boolean): number {
  const named =
    typeof payload === 'object' && payload !== null && 'batchItemFailures' in payload
      ? payload.batchItemFailures
      : null;
  if (!reports || named === null || named === undefined) return ids.length;
  if (!Array.isArray(named)) return 0;
  const position = new Map<unknown, number>(ids.map((id, index) => [id, index]));
  return named.reduce<number>(
    (done, failure) => Math.min(done, position.get(itemOf(failure)) ?? 0),
    ids.length,
  );
}
