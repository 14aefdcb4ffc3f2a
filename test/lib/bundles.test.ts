import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bundles, bundles } from './bundles.ts';

/** Bytes. What was measured on 2026-11-24, and a tenth more. */
const BUDGET = { plan: 733_000, collect: 774_000, notify: 280_000, api: 604_000 };
const ENVIRONMENT = {
  TABLE_NAME: 'ledger',
  ATLAS_SECRET_ID: 'atlas/key',
  COLLECT_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111111111111/orders',
  EVENT_BUS_NAME: 'ledger',
  AWS_REGION: 'eu-west-1',
};

describe('bundles', () => {
  let built: Bundles;
  beforeAll(() => {
    built = bundles();
  }, 300_000);
  afterAll(() => built[Symbol.dispose]());

  test.each(['plan', 'collect', 'notify', 'api'] as const)('%s: one file, an ES module, within its budget', (name) => {
    const folder = built.folders[name];
    expect(readdirSync(folder)).toEqual(['index.mjs']);
    const code = readFileSync(join(folder, 'index.mjs'));
    console.log(`${name}: ${code.length} bytes of ${BUDGET[name]}, ${gzipSync(code).length} compressed`);
    expect(code.length).toBeLessThan(BUDGET[name]);
  });

  test.each(['plan', 'collect', 'notify', 'api'] as const)('%s starts', (name) => {
    const url = pathToFileURL(join(built.folders[name], 'index.mjs')).href;
    const script = `const { handler } = await import(${JSON.stringify(url)}); process.stdout.write(typeof handler);`;
    const env = { PATH: process.env.PATH, ...ENVIRONMENT };
    expect(
      execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        env,
        stdio: ['ignore', 'pipe', 'ignore'],
      }).toString(),
    ).toBe('function');
  });

  test.each(['plan', 'collect', 'notify', 'api'] as const)(
    '%s takes credentials from the environment alone',
    (name) => {
      const code = readFileSync(join(built.folders[name], 'index.mjs'), 'utf8');
      expect(code.includes('AWS_SECRET_ACCESS_KEY')).toBe(true);
      expect(['AssumeRole', 'GetRoleCredentials'].filter((word) => code.includes(word))).toEqual([]);
    },
  );

  test.each(['plan', 'collect', 'notify'] as const)('%s imports nothing that loads the whole fetch of Node', (name) => {
    // As an ES module, `node:http` has all its exports read, and `WebSocket` among them is undici's: 30 ms of CPU (Node 24).
    const code = readFileSync(join(built.folders[name], 'index.mjs'), 'utf8');
    expect(/from\s*["'](node:)?http["']/.test(code)).toBe(false);
  });

  test('the API has no code to read a secret, to call Atlas or to write to a queue', () => {
    const code = readFileSync(join(built.folders.api, 'index.mjs'), 'utf8');
    for (const word of ['GetSecretValue', 'UND_ERR', 'SendMessageBatch']) expect(code).not.toContain(word);
  });

  test('notify has no code to read the table, a secret or a queue', () => {
    const code = readFileSync(join(built.folders.notify, 'index.mjs'), 'utf8');
    expect(code).toContain('PutEvents');
    for (const word of ['GetSecretValue', 'UND_ERR', 'SendMessage', 'UpdateItem']) expect(code).not.toContain(word);
  });

  test('with source maps, they lie beside the bundle and quote no source', () => {
    using withMaps = bundles({ sourceMaps: true });
    const folder = withMaps.folders.plan;
    expect(readdirSync(folder).sort()).toEqual(['index.mjs', 'index.mjs.map']);
    expect(statSync(join(folder, 'index.mjs')).size).toBeLessThan(BUDGET.plan);
    expect(JSON.parse(readFileSync(join(folder, 'index.mjs.map'), 'utf8'))).not.toHaveProperty('sourcesContent');
  }, 300_000);
});
