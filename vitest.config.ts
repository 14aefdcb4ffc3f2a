import { defineConfig } from 'vitest/config';

/** Run on each implementation of the table port: test/ledger/engines.ts. */
export const OF_EVERY_ENGINE = [
  'test/ledger/repositories/{annotate,concurrency,coverage-repository,queries,record,run-repository}.test.ts',
  'test/ledger/table/table-port.test.ts',
  'test/proof/verify.test.ts',
];

export default defineConfig({
  test: {
    // Bounds for noisy machines, far above what a test takes; no test asserts on wall-clock time.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    globalSetup: 'test/cli/bundled.ts',
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    projects: [
      {
        extends: true,
        test: { name: 'dynalite', include: ['test/**/*.test.ts'], exclude: ['test/**/*.slow.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'slow', include: ['test/**/*.slow.test.ts'], testTimeout: 600_000 },
      },
      {
        extends: true,
        test: {
          name: 'sqlite',
          include: OF_EVERY_ENGINE,
          globalSetup: 'test/cli/bundled.ts',
          env: { LEDGER_ENGINE: 'sqlite' },
        },
      },
    ],
  },
});
