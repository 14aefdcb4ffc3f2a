// `npm run test:openapi`: the OpenAPI document as other people's tools read it. Not part of `npm test`, which needs Node alone.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    dir: 'test/openapi',
    include: ['*.openapi.ts'],
    reporters: ['verbose'],
    // Bounds for noisy machines and slow networks; no test asserts on wall-clock time.
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
