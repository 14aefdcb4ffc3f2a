import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/deploy/**/*.deploy.ts'],
    reporters: ['verbose'],
    // Bounds for noisy machines, far above what a step takes; no test asserts on wall-clock time.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    bail: 1, // each step builds on those before it
    fileParallelism: false,
  },
});
