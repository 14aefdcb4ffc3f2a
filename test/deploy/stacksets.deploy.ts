// The self-contained template: written, published and deployed by the commands of docs/stacksets.md. The steps build on each other.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type AtlasSimulator, startAtlas } from '../../local/atlas/server.ts';
import { commandsRunBy, type DocumentedCommand } from '../docs/documented-commands.ts';
import { type Cloud, REGION, startCloud } from './cloud.ts';
import { Deployment } from './deployment.ts';
import { eventually } from './eventually.ts';
import { Operator } from './operator.ts';
import { allJobIds } from './world.ts';

const COMMANDS = commandsRunBy('test/deploy/stacksets.deploy.ts');
/** As a StackSet names it in an account. */
const STACK = 'StackSet-AtlasRestoreLedger-6b0f4a5c-1d2e-4f30-8a9b-0c1d2e3f4a5b';
const pasted = new Set<DocumentedCommand>();

let cloud: Cloud;
let atlas: AtlasSimulator;
let operator: Operator;
let ledger: Deployment;
/** The variables that earlier sections set. */
let variables = '';

beforeAll(async () => {
  atlas = await startAtlas({ projects: 2, clusters: 3, jobs: 30 });
  cloud = await startCloud();
  ledger = new Deployment(cloud, STACK, {});
  operator = await Operator.start(cloud, {
    schedule: 'cron(0 0 1 1 ? 2099)',
    atlasBaseUrl: atlas.url,
    architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
    followSeconds: 0,
  });
});
afterAll(async () => {
  await operator?.[Symbol.asyncDispose]();
  await cloud?.[Symbol.asyncDispose]();
  await atlas?.close();
});
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(cloud?.log().split('\n').slice(-60).join('\n'));
});

async function paste(text: string) {
  const asStackSet = text.replaceAll('--stack-name AtlasRestoreLedger', `--stack-name ${STACK}`);
  const { stdout, stderr, failed } = await operator.paste(`${variables}\n${asStackSet}`, {
    input: JSON.stringify(atlas.serviceAccount),
  });
  expect(failed, `${stdout}\n${stderr}`).toEqual([]);
  return stdout;
}

async function pasteSection(section: string) {
  const commands = COMMANDS.filter((command) => command.section === section);
  expect(commands, section).not.toEqual([]);
  for (const command of commands) pasted.add(command);
  const text = commands.map((command) => command.text).join('\n');
  const stdout = await paste(text);
  variables += `\n${[...text.matchAll(/^[A-Z_]+=.*$/gm)].map(([line]) => line).join('\n')}`;
  return stdout;
}

const parameters = async () => {
  type Stacks = { Stacks: { Parameters: { ParameterKey: string; ParameterValue: string }[] }[] };
  const { Stacks } = await cloud.aws<Stacks>('cloudformation', 'describe-stacks', '--stack-name', STACK);
  return Object.fromEntries(Stacks[0]?.Parameters.map((each) => [each.ParameterKey, each.ParameterValue]) ?? []);
};

let nextSteps: string;

test('the template is written, and its assets published for the organization', async () => {
  nextSteps = await pasteSection('Write the template');
  expect(nextSteps).toContain('template.out/AtlasRestoreLedger.template.json');
  expect(await pasteSection('Publish the assets')).toMatch(/upload: \S*\.zip to s3:\/\/restore-ledger-assets-0{12}-/);
  const bucket = `restore-ledger-assets-000000000000-${REGION}`;
  const { Policy } = await cloud.aws<{ Policy: string }>('s3api', 'get-bucket-policy', '--bucket', bucket);
  expect(JSON.parse(Policy).Statement).toMatchObject([
    {
      Resource: `arn:aws:s3:::${bucket}/*`,
      Condition: { StringEquals: { 'aws:PrincipalOrgID': expect.stringMatching(/^o-/) } },
    },
  ]);
});

test('CloudFormation deploys it from the file, with no bootstrap stack', async () => {
  await pasteSection('One account');
  expect((await ledger.stack()).StackStatus).toBe('CREATE_COMPLETE');
  type Stacks = { Stacks: { StackName: string }[] };
  const { Stacks } = await cloud.aws<Stacks>('cloudformation', 'describe-stacks');
  expect(Stacks.map(({ StackName }) => StackName)).toEqual([STACK]);
});

test('its functions collect and answer, once the secret of the account is filled in', async () => {
  await pasteSection('In each account');
  await ledger.invoke('CollectionPlan', { trigger: 'request', runId: '6b0f4a5c0000000000000001' });
  await eventually('a complete run', async () => (await ledger.runs()).some(({ status }) => status === 'complete'));
  expect(await ledger.jobIds()).toEqual(allJobIds(atlas.world));
  expect(await ledger.ask('/restore-jobs?limit=1')).toMatchObject({ status: 200 });
});

test('the commands that it printed upgrade the stack in place, from another bucket', async () => {
  const before = await ledger.resources();
  const [, commands = ''] = /(^aws [\s\S]*)/m.exec(nextSteps) ?? [];
  await paste(`BUCKET=another\n${commands}`);
  expect(await parameters()).toEqual({ AssetBucket: 'another', AssetPrefix: 'atlas-restore-ledger' });
  expect((await ledger.stack()).StackStatus).toBe('UPDATE_COMPLETE');
  const ids = (resources: typeof before) => resources.map(({ PhysicalResourceId }) => PhysicalResourceId).sort();
  expect(ids(await ledger.resources())).toEqual(ids(before));
});

test.each(['A StackSet', 'Upgrade'])(
  'MiniStack 1.5.33 has no StackSets; the AWS CLI takes the parameters: %s',
  async (section) => {
    await pasteSection(section);
  },
);

test('everything was pasted', () => {
  expect(COMMANDS.filter((command) => !pasted.has(command))).toEqual([]);
});
