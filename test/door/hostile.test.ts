import { test } from 'vitest';
import { knockHostile } from './hostile.js';

test('hostile requests are answered, never with a 5xx, and get nothing out', async () => {
  await knockHostile(2_000);
});
