/** A batch as Lambda hands it over, each body a record of one shard; `at` in epoch milliseconds. */
export const kinesisBatch = (bodies: readonly Uint8Array[], at: number) => ({
  Records: bodies.map((body, i) => ({
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: `person-${i}`,
      sequenceNumber: `4959033827149025660855969253836157109592157598912151${String(i).padStart(6, '0')}`,
      data: Buffer.from(body).toString('base64'),
      approximateArrivalTimestamp: at / 1000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `shardId-000000000006:4959033827149025660855969253836157109592157598912151${String(i).padStart(6, '0')}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:aws:iam::123456789012:role/lambda-role',
    awsRegion: 'eu-central-1',
    eventSourceARN: 'arn:aws:kinesis:eu-central-1:123456789012:stream/aep-exports',
  })),
});

/** What a handler asks its platform for. */
export const CONTEXT = {
  functionName: 'bench',
  awsRequestId: 'bench',
  getRemainingTimeInMillis: (): number => 300_000,
};
