// `npm run test:template`: other people's checks of the template. Not part of `npm test`, which needs Node alone.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    dir: 'test/template',
    include: ['**/*.template.ts'],
    reporters: ['verbose'],
    // Bounds for noisy machines and slow networks; no test asserts on wall-clock time.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
