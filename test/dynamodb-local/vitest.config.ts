import { defineConfig } from 'vitest/config';
import { OF_EVERY_ENGINE } from '../../vitest.config.ts';

export default defineConfig({
  test: {
    include: [
      ...OF_EVERY_ENGINE,
      'test/ledger/table/{create,dynamo}-table.test.ts',
      'test/docs/{queries,recovery}.test.ts',
      'test/ledger/write-units.test.ts',
    ],
    globalSetup: 'test/dynamodb-local/start.ts',
    // Bounds for noisy machines, far above what a test takes; no test asserts on wall-clock time.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
