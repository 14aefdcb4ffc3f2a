import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Run on each implementation of the table port: test/ledger/engines.ts. */
export const OF_EVERY_ENGINE = [
  'test/ledger/{repositories,days}/*.test.ts',
  'test/ledger/table/table-port.test.ts',
  'test/ledger/{transfer,erasure}/*.test.ts',
  'test/proof/verify.test.ts',
];

/** They import a Lambda handler, which reads its environment once. */
const HANDLERS = [
  'test/{handlers,api/lambda}/**/*.test.ts',
  'test/events/handler.test.ts',
  'test/runtime/accounts.test.ts',
];
const SLOW = ['test/**/*.slow.test.ts'];
/** They ask of the ledger what the API asks. */
const PAGES = 'test/api/{web,openapi,sign-in}/**';
/** Packages of test/openapi, if they are installed, have tests of their own. */
const PACKAGES = '**/node_modules/**';

export default defineConfig({
  test: {
    // Bounds for noisy machines, far above what a test takes; no test asserts on wall-clock time.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // One more than there are processors: tests of the command line wait for processes.
    maxWorkers: availableParallelism() + 1,
    // Importing the sources anew for each file would take as long as a third of the tests.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          include: ['test/**/*.test.ts'],
          exclude: [...HANDLERS, ...SLOW, PACKAGES],
          globalSetup: 'test/cli/bundled.ts',
        },
      },
      { extends: true, test: { name: 'handlers', include: HANDLERS, exclude: [PACKAGES], isolate: true } },
      {
        extends: true,
        test: {
          name: 'slow',
          include: SLOW,
          exclude: [PACKAGES],
          testTimeout: 600_000,
          globalSetup: 'test/cli/bundled.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'dynalite',
          include: [
            ...OF_EVERY_ENGINE,
            'test/{collector,api}/**/*.test.ts',
            'test/events/delivery/publishing-ledger.test.ts',
            'test/canary.test.ts',
          ],
          exclude: [...HANDLERS, ...SLOW, PACKAGES, PAGES],
          env: { LEDGER_ENGINE: 'dynalite' },
          // Each write takes a millisecond of processor time, and other suites may run beside them.
          testTimeout: 600_000,
          hookTimeout: 600_000,
          globalSetup: 'test/cli/bundled.ts',
        },
      },
    ],
  },
});
