import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/duckdb/*.duckdb.ts'],
    globalSetup: 'test/cli/bundled.ts',
    // Bounds for noisy machines, far above what a test takes; no test asserts on wall-clock time.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
