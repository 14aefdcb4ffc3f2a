// undici's entry pulls in fetch, mocks, caches and proxies: 523 KB bundled against 277 KB for the pool alone, and 40 ms
// of a cold start (undici 7.30.2, esbuild 0.28, November 2026). The part has no types of its own.
declare module 'undici/lib/dispatcher/pool.js' {
  import type { Pool } from 'undici';

  const pool: typeof Pool;
  export = pool;
}
