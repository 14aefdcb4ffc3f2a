// An upgrade changes a deployed ledger in place. What CloudFormation would replace is for `cdk diff` to say.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { App } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { LedgerStack } from '../../../lib/ledger-stack.ts';
import { readSettings } from '../../../lib/settings/read-settings.ts';
import { PACKAGE_DIR } from '../../cli/command-line.ts';
import { keptOf, type Resource, type Resources, readFormer, VARIANTS } from './former.ts';

const run = promisify(execFile);
const former = await readFormer();

function synthesized(variant: string): { directory: string; resources: Resources } {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const settings = readSettings({ ledger: VARIANTS[variant] });
  new LedgerStack(app, settings.stackName, { settings }); // names may derive from the id
  const { directory, stacks } = app.synth();
  return { directory, resources: stacks[0]?.template.Resources };
}

/** [~] AWS::SQS::Queue Collection/Queue CollectionQueue6C065253 may be replaced */
const LOST = /^\[[-~]\] AWS::\S+ (?:\S.* )?(\w+) (replace|may be replaced|destroy|orphan)$/gm;

/** What the update would lose, by logical id. @param to the folder of a cloud assembly */
async function lostBetween(from: Resources, to: string): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'restore-ledger-diff-'));
  try {
    const template = join(folder, 'former.template.json');
    await writeFile(template, JSON.stringify({ Resources: from }));
    const cdk = join(PACKAGE_DIR, 'node_modules/aws-cdk/bin/cdk');
    const args = [cdk, 'diff', '--no-color', '--no-notices', '--app', to, '--template', template];
    const { stdout, stderr } = await run(process.execPath, args, { maxBuffer: 2 ** 26 });
    const output = `${stdout}${stderr}`;
    expect(output).toMatch(/^Resources$/m);
    return Object.fromEntries([...output.matchAll(LOST)].map(([, id = '', impact = '']) => [id, impact]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe.each(Object.keys(VARIANTS))('from the former template, with %s', (variant) => {
  const before = former.resources[variant] ?? {};
  const { directory, resources: after } = synthesized(variant);
  const idsOf = (type: string) => Object.keys(before).filter((id) => before[id]?.Type === type);

  test('nothing that holds data or has a name is replaced or removed', async () => {
    for (const type of ['DynamoDB::Table', 'SecretsManager::Secret', 'Events::EventBus', 'SQS::Queue', 'SNS::Topic'])
      expect(idsOf(`AWS::${type}`), type).not.toEqual([]);
    expect(await lostBetween(before, directory)).toEqual({});
  });

  // Beyond the knowledge of `cdk diff`: DynamoDB changes one index in an update, and no index's projection.
  test('the table keeps its keys, indexes and stream', () => {
    const [id = ''] = idsOf('AWS::DynamoDB::Table');
    const shapeOf = (resources: Resources) => {
      const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, StreamSpecification } =
        resources[id]?.Properties ?? {};
      return { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, StreamSpecification };
    };
    expect(shapeOf(after)).toEqual(shapeOf(before));
  });

  test('what outlives its stack goes on doing so', () => {
    const policiesOf = (resources: Resources) =>
      Object.keys(before).map((id) => [id, resources[id]?.DeletionPolicy, resources[id]?.UpdateReplacePolicy]);
    expect(policiesOf(after)).toEqual(policiesOf(before));
  });
});

test('each loss is seen: a key, a name, a logical id', async () => {
  const { directory, resources } = synthesized('defaults');
  const now = keptOf(resources);
  const idOf = (start: string) => Object.keys(now).find((id) => id.startsWith(start)) ?? start;
  const [table, bus, secret, queue] = ['LedgerTable', 'ChangeFeedBus', 'CredentialsSecret', 'CollectionQueue'].map(
    idOf,
  );
  const changed = (id = '', Properties: Resource['Properties'] = {}) => ({
    [id]: { ...(now[id] as Resource), Properties: { ...now[id]?.Properties, ...Properties } },
  });
  const { [secret ?? '']: formerSecret, ...others } = now;
  const altered: Resources = {
    ...others,
    ...changed(table, { KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }] }),
    ...changed(bus, { Name: 'another' }),
    ...changed(queue, { FifoQueue: true }),
    FormerSecret: formerSecret as Resource,
  };
  expect(await lostBetween(altered, directory)).toMatchObject({
    [String(table)]: 'replace',
    [String(bus)]: 'replace',
    [String(queue)]: 'replace',
    FormerSecret: 'orphan',
  });
});
