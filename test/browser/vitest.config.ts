// `npm run test:browser`: the pages in a real Chromium. Not part of `npm test`, which needs Node alone.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    dir: 'test/browser',
    include: ['**/*.browser.ts'],
    globalSetup: 'test/browser/chromium.ts',
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
