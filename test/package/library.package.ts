import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { Project } from './project.ts';

const { peerDependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const TSC = resolve('node_modules/typescript/bin/tsc');
const APP = `
  import { App } from 'aws-cdk-lib';
  import { LedgerStack } from 'atlas-restore-ledger';
  const app = new App({ outdir: 'cdk.out' });
  new LedgerStack(app, 'L');
  app.synth();
`;
const TSCONFIG = { compilerOptions: { strict: true, module: 'nodenext', target: 'es2022', types: ['node'] } };

/** `^2.252.0` allows nothing below 2.252.0. */
const lowest = (range: string) => range.replace('^', '');
const locked = (name: string): string => packages[`node_modules/${name}`].version;

describe.each([
  ['the lowest versions allowed', lowest(peerDependencies['aws-cdk-lib']), lowest(peerDependencies.constructs)],
  ['the versions of our lock file', locked('aws-cdk-lib'), locked('constructs')],
])('in an app with %s, aws-cdk-lib %s and constructs %s', (_, cdk, constructs) => {
  test('there is one CDK; LedgerStack type-checks and synthesizes', async () => {
    await using app = await Project.create();
    const node = `@types/node@${devDependencies['@types/node']}`;
    await app.install(`aws-cdk-lib@${cdk}`, `constructs@${constructs}`, node, inject('tarball'));
    expect(await app.copiesOf('aws-cdk-lib')).toHaveLength(1);
    expect(await app.copiesOf('constructs')).toHaveLength(1);

    await app.write('tsconfig.json', JSON.stringify(TSCONFIG));
    await app.write('app.ts', APP);
    expect(await app.run(process.execPath, TSC, '-p', '.')).toEqual({ code: 0, output: '' });

    await app.mustRun(process.execPath, 'app.js');
    const template = JSON.parse(readFileSync(join(app.folder, 'cdk.out/L.template.json'), 'utf8'));
    const types = Object.values<{ Type: string }>(template.Resources).map(({ Type }) => Type);
    expect(types.filter((type) => type === 'AWS::Lambda::Function')).toHaveLength(5);
    expect(types.filter((type) => type === 'AWS::DynamoDB::Table')).toHaveLength(1);
  });
});

test('a CDK older than the lowest version allowed is refused by npm, with the range', async () => {
  await using app = await Project.create();
  const packages = ['aws-cdk-lib@2.250.0', 'constructs@10.5.1', inject('tarball')];
  const refused = await app.run('npm', 'install', '--package-lock-only', ...packages);
  expect(refused.code).not.toBe(0);
  expect(refused.output).toContain(`peerOptional aws-cdk-lib@"${peerDependencies['aws-cdk-lib']}"`);
});
