import { defineConfig } from 'vitest/config';

/** What `npm test` leaves out because it needs more than Node: see docs/stores.md. */
export default defineConfig({
  test: {
    include: ['test/full/**/*.full.ts'],
    globalSetup: ['test/support/build.ts'],
    testTimeout: 180_000,
    // The first run fetches DynamoDB Local.
    hookTimeout: 300_000,
    env: { NODE_NO_WARNINGS: '1' },
  },
});
