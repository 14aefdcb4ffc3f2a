import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

// Beside node_modules' packages, so that what is built finds them as it would where it is installed.
const folder = resolve('node_modules/.cache/restore-ledger-library');
beforeAll(() => mkdirSync(folder, { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('as a library: built to JavaScript with types, imported by a plain CDK app, which gets the same functions', () => {
  const tsc = resolve('node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', 'lib/tsconfig.build.json', '--outDir', folder]);
  expect(existsSync(join(folder, 'lib/index.d.ts'))).toBe(true);

  const script = `
    import { App, Stack } from 'aws-cdk-lib';
    import { AtlasCredentials, Collection, completeSettings, LedgerStack, LedgerTable } from './lib/index.js';
    const app = new App({ outdir: ${JSON.stringify(join(folder, 'out'))} });
    new LedgerStack(app, 'Whole', { settings: { schedule: 'rate(1 hour)' } });
    const own = new Stack(app, 'Own');
    const table = new LedgerTable(own, 'Ledger');
    const credentials = new AtlasCredentials(own, 'Credentials', { existing: ['atlas/key'] });
    const settings = completeSettings({ collectTimeoutSeconds: 60 });
    new Collection(own, 'Collection', { table, credentials, ledgerName: 'mine', settings });
    app.synth();
  `;
  writeFileSync(join(folder, 'app.mjs'), script);
  execFileSync(process.execPath, [join(folder, 'app.mjs')], { stdio: 'ignore' });
  const own = JSON.parse(readFileSync(join(folder, 'out/Own.template.json'), 'utf8'));
  const types = Object.values<{ Type: string }>(own.Resources).map(({ Type }) => Type);
  expect(types.filter((type) => type === 'AWS::Lambda::Function')).toHaveLength(2);
  expect(types).not.toContain('AWS::ApiGatewayV2::Api');
}, 300_000);
