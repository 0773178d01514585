// What follows from the retention of the stream; osls has no arithmetic.

const HOUR = 3600;
/** The longest that Lambda waits for a record. */
const LONGEST = 604_800;

module.exports = async ({ resolveVariable }) => {
  const hours = Number(await resolveVariable('param:retentionHours'));
  if (!(hours >= 24 && hours <= 8760))
    throw new Error(`retentionHours is that of the stream, from 24 to 8760 hours; found ${hours}`);
  // Sooner than the stream forgets, so that what is too old reaches the bucket of failed batches instead of vanishing.
  return { maximumRecordAgeInSeconds: Math.min(LONGEST, (hours - Math.min(4, hours / 6)) * HOUR) };
};
