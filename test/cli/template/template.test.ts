// `npm run template`: a template that CloudFormation takes without the CDK, and the assets that it names.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nextSteps } from '../../../bin/template/next-steps.ts';
import { synthesize } from '../../../bin/template/synthesize.ts';
import { checkFolder, MAX_TEMPLATE_BYTES, templateText, writeTemplate } from '../../../bin/template/write-template.ts';
import { templateOf } from '../../lib/template.ts';
import { PACKAGE_DIR } from '../command-line.ts';

const run = promisify(execFile);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restore-ledger-written-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Code {
  S3Bucket: { 'Fn::Sub': string };
  S3Key: { 'Fn::Sub': string };
}
interface Template {
  Parameters: Record<string, unknown>;
  Rules?: unknown;
  Resources: Record<string, { Type: string; Properties: { Code: Code; Tags?: unknown } }>;
}

/** Without bundles: the sources are in their place. */
async function written(output: string, settings: Readonly<Record<string, unknown>> = {}) {
  const context = { ...settings, 'aws:cdk:bundling-stacks': [] };
  const selfContained = synthesize(context, await mkdtemp(join(folder, 'staged-')));
  const result = await writeTemplate(join(folder, output), selfContained);
  const template: Template = JSON.parse(await readFile(result.template, 'utf8'));
  return { result, template, assets: (await readdir(join(folder, output, 'assets'))).sort() };
}
const codeOf = ({ Resources }: Template) =>
  Object.values(Resources).flatMap(({ Type, Properties }) => (Type === 'AWS::Lambda::Function' ? Properties.Code : []));

describe('with the defaults', () => {
  let one: Awaited<ReturnType<typeof written>>;
  beforeAll(async () => {
    one = await written('one');
  });

  test('it needs nothing of the CDK, and two parameters', () => {
    expect(Object.keys(one.template.Parameters)).toEqual(['AssetBucket', 'AssetPrefix']);
    expect(one.template.Rules).toBeUndefined();
    expect(JSON.stringify(one.template)).not.toMatch(/cdk-|bootstrap/i);
  });

  test('every function finds its code among the assets, in a bucket of its region, and no asset is left over', () => {
    const codes = codeOf(one.template);
    expect(codes).toHaveLength(5);
    for (const { S3Bucket } of codes) expect(S3Bucket).toEqual({ 'Fn::Sub': `\${AssetBucket}-\${AWS::Region}` });
    const keys = codes.map(({ S3Key }) => S3Key['Fn::Sub']).sort();
    expect(keys).toEqual(one.assets.map((name) => `\${AssetPrefix}/assets/${name}`));
  });

  test('its resources are those of cdk deploy, but for where their code is', () => {
    const withoutCode = ({ Resources }: Template) =>
      Object.fromEntries(
        Object.entries(Resources).map(([id, { Properties, ...resource }]) => [
          id,
          { ...resource, Properties: { ...Properties, Code: undefined } },
        ]),
      );
    expect(withoutCode(one.template)).toEqual(withoutCode(templateOf().toJSON() as Template));
  });

  test('it names no partition, and no domain of one', () => {
    const { Parameters, Resources } = one.template;
    const principals = /"[a-z-]+\.amazonaws\.com"/g;
    expect(JSON.stringify({ Parameters, Resources }).replaceAll(principals, '')).not.toMatch(/arn:aws|amazonaws\.com"/);
  });

  test('it says what to do next', () => {
    const { template } = one.result;
    expect(nextSteps(one.result, 'Ledger')).toContain(
      `deploy --stack-name Ledger --template-file "${template}" \\\n  --s3-bucket "$BUCKET-$AWS_REGION"`,
    );
  });
});

test('settings are those of cdk deploy, tags included; assets of the CDK itself come along', async () => {
  const network = { fixedAddresses: '1', closeDefaultSecurityGroup: 'true' };
  const ofStack = { stackName: 'Other', tags: '{"team":"platform"}', schedule: 'rate(1 hour)' };
  const { template, assets, result } = await written('settings', { ...ofStack, ...network });
  expect(result.template).toBe(join(folder, 'settings/Other.template.json'));
  expect(JSON.stringify(template)).toContain('rate(1 hour)');
  const table = Object.values(template.Resources).find(({ Type }) => Type === 'AWS::DynamoDB::Table');
  expect(table?.Properties.Tags).toEqual([{ Key: 'team', Value: 'platform' }]);
  expect(codeOf(template)).toHaveLength(6);
  expect(assets).toHaveLength(6);
});

describe('refused', () => {
  test.each([
    ['an unknown setting', { shedule: 'x' }, 'shedule: there is no such setting; did you mean schedule?'],
    ['what AWS would refuse', { schedule: 'cron(99 99 * * ? *)' }, 'schedule: got'],
  ])('%s', (_, settings, message) => {
    expect(() => synthesize(settings, join(folder, 'refused'))).toThrow(message);
  });

  test('a template that is too large for CloudFormation', () => {
    const withText = (bytes: number) => ({ Description: 'x'.repeat(bytes) });
    expect(() => templateText(withText(MAX_TEMPLATE_BYTES))).toThrow(/expected at most 1000000 bytes, got 1000\d+/);
    expect(JSON.parse(templateText(withText(1_000)))).toEqual(withText(1_000));
  });

  const command = async (...args: string[]) => {
    const node = [
      process.execPath,
      ['--import', 'tsx', 'bin/template/main.ts', ...args],
      { cwd: PACKAGE_DIR },
    ] as const;
    const { code, stderr } = await run(...node).catch((error) => error);
    return { code, stderr };
  };

  test.each([
    ['a setting without a value', ['-c', 'schedule'], 'expected NAME=VALUE, got schedule'],
    ['a setting without -c', ['schedule=x'], 'too many arguments'],
    [
      'a wrong setting, by name',
      ['-c', 'schedule=x'],
      'The settings are wrong. Nothing was changed.\nschedule: got "x"',
    ],
  ])('%s', async (_, args, message) => {
    const output = join(folder, 'none');
    expect(await command('--output', output, ...args)).toEqual({ code: 1, stderr: expect.stringContaining(message) });
    await expect(readdir(output)).rejects.toThrow('ENOENT');
  });

  test.each([
    ['a file of someone', 'home', 'thesis.txt', 'thesis.txt'],
    ["someone's assets", 'site', 'assets/logo.png', 'assets'],
    ["someone's template", 'templates', 'network.template.json', 'network.template.json'],
  ])('a folder with %s, which stays', async (_, output, file, name) => {
    await mkdir(dirname(join(folder, output, file)), { recursive: true });
    await writeFile(join(folder, output, file), 'mine');
    await expect(checkFolder(join(folder, output))).rejects.toThrow(`got ${join(folder, output)} with ${name}`);
    await expect(written(output)).rejects.toThrow('expected an empty folder, or one that this command wrote');
    expect(await readFile(join(folder, output, file), 'utf8')).toBe('mine');
  });

  test('no folder', async () => {
    await writeFile(join(folder, 'file'), 'mine');
    await expect(checkFolder(join(folder, 'file'))).rejects.toThrow(`got the file ${join(folder, 'file')}`);
    const { code, stderr } = await command('--output', '');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^--output: .* got nothing\n$/) });
  });
});

test('what an earlier call wrote is replaced, whatever its stack was called', async () => {
  await written('again', { stackName: 'Other' });
  await writeFile(join(folder, `again/assets/${'0'.repeat(64)}.zip`), '');
  const { assets } = await written('again');
  expect(await readdir(join(folder, 'again'))).toEqual(['AtlasRestoreLedger.template.json', 'assets']);
  expect(assets).toHaveLength(5);
});
