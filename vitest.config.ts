import { defineConfig } from 'vitest/config';

/** These run on each filling of the table port: test/ledger/engines.ts. */
export const OF_EVERY_ENGINE = 'annotate,concurrency,coverages,queries,record,runs,table-port,verify';

export default defineConfig({
  test: {
    // Bounds for noisy machines, far above what a test takes; no test asserts on wall-clock time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    projects: [
      { extends: true, test: { name: 'dynalite', include: ['test/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'sqlite',
          include: [`test/ledger/{${OF_EVERY_ENGINE}}.test.ts`],
          env: { LEDGER_ENGINE: 'sqlite' },
        },
      },
    ],
  },
});
