import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashPartitionKey, partitionOfKey } from '../../../local/emulators/event-hubs/partition-key.js';
// Not exported by the package: the mapping its buffered producer uses, which is the service's.
import { mapPartitionKeyToId } from '../../../node_modules/@azure/event-hubs/dist/esm/impl/partitionKeyToIdMapper.js';

test.each([
  ['', 0, 0, 0],
  ['a', -16_220, 0, 28],
  ['device-7', 28_322, 2, 2],
  ['customer:0042', -12_630, 2, 22],
  ['é漢', 6_085, 1, 5],
  ['abcdefghijkl', -2_373, 1, 5],
  ['x'.repeat(13), 3_742, 2, 30],
])('the published vector %j', (key, hash, of4, of32) => {
  expect(hashPartitionKey(key)).toBe(hash);
  expect(partitionOfKey(key, 4)).toBe(of4);
  expect(partitionOfKey(key, 32)).toBe(of32);
});

const keys = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ maxLength: 30 }), fc.uuid());

test('every key has a partition of the hub, the one the SDK computes', () => {
  fc.assert(
    fc.property(keys, fc.integer({ min: 1, max: 32 }), (key, partitions) => {
      const partition = partitionOfKey(key, partitions);
      expect(partition).toBeGreaterThanOrEqual(0);
      expect(partition).toBeLessThan(partitions);
      expect(partition).toBe(mapPartitionKeyToId(key, partitions));
    }),
    { numRuns: 2_000 },
  );
});
