import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    include: ['test/**/*.test.ts'],
    // Bounds for noisy machines, far above what a test takes; no test asserts on wall-clock time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
