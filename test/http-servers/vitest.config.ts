import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/http-servers/*.test.ts'],
    // Bounds for noisy machines, far above what a test takes; no test asserts on wall-clock time.
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
});
