/** A list price, and of how much; US dollars. */
export interface Price {
  readonly usd: number;
  readonly per: number;
  readonly unit: string;
}

/** When the prices were written down. Before you rely on them, hold them against the pages below, for your region. */
export const AS_OF = '2026-11-22';

/** Whether anybody has held these prices against the pages below since: nobody could, where they were written down. */
export const VERIFIED = false;

/** Where the clouds tell their prices. */
export const PAGES = [
  'https://aws.amazon.com/lambda/pricing/',
  'https://aws.amazon.com/kinesis/data-streams/pricing/',
  'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  'https://aws.amazon.com/cloudwatch/pricing/',
  'https://azure.microsoft.com/pricing/details/functions/',
  'https://azure.microsoft.com/pricing/details/event-hubs/',
  'https://azure.microsoft.com/pricing/details/storage/tables/',
  'https://azure.microsoft.com/pricing/details/monitor/',
] as const;

const price = (usd: number, per: number, unit: string): Price => ({ usd, per, unit });

/**
 * us-east-1, on demand, arm64. Others name the same for `compute` (https://cloudchipr.com/blog/aws-lambda-pricing, 2024), `stateRead` and
 * `stateWrite` (https://airbyte.com/data-engineering-resources/dynamodb-pricing) and `log` (https://monitoringcost.com/azure-monitor-cost, 2026).
 */
export const AWS = {
  compute: price(0.0000133334, 1, 'GB-second'),
  invocations: price(0.2, 1_000_000, 'requests'),
  streamIn: price(0.08, 1, 'GB put'),
  streamOut: price(0.04, 1, 'GB read'),
  streamHour: price(0.04, 1, 'stream-hour'),
  stateRead: price(0.125, 1_000_000, 'read units'),
  stateWrite: price(0.625, 1_000_000, 'write units'),
  log: price(0.5, 1, 'GB'),
} as const;

/**
 * East US, pay as you go; Functions on Flex Consumption, Event Hubs Standard, tables locally redundant. Others name the same for `compute`
 * (https://modal.com/blog/azure-function-pricing-guide, May 2025) and `log` (https://monitoringcost.com/azure-monitor-cost, 2026).
 */
export const AZURE = {
  compute: price(0.000026, 1, 'GB-second'),
  invocations: price(0.4, 1_000_000, 'executions'),
  streamIn: price(0.028, 1_000_000, 'events of 64 kB'),
  streamHour: price(0.03, 1, 'throughput unit and hour'),
  state: price(0.00036, 10_000, 'transactions'),
  log: price(2.3, 1, 'GB'),
} as const;
