import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/package/**/*.package.ts'],
    globalSetup: 'test/package/pack.ts',
    reporters: ['verbose'],
    // Limits for slow networks, far above what an install takes; no test asserts on wall-clock time.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
  },
});
