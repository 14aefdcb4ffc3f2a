import { defineConfig } from 'vitest/config';
import { OF_EVERY_ENGINE } from '../../vitest.config.ts';

export default defineConfig({
  test: {
    include: [...OF_EVERY_ENGINE, 'test/ledger/table/dynamo-table.test.ts'],
    globalSetup: 'test/dynamodb-local/start.ts',
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // Bounds for noisy machines, far above what a test takes; no test asserts on wall-clock time.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
