// The recipe of docs/operations.md that makes a restored table the ledger, pasted: `aws` and `npx` write down what they are asked,
// and DynamoDB is then asked the same. DynamoDB Local restores no table, so one without a stream and protection stands for it; and it
// has no point-in-time recovery, so that call is compared by its words.
import { randomBytes } from 'node:crypto';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  type UpdateTableCommandInput,
  UpdateTimeToLiveCommand,
  type UpdateTimeToLiveCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTableInput, TABLE } from '../../functions/ledger/model/table.ts';
import { checkAdoptedTable } from '../../functions/ledger/table/adopted-table.ts';
import type { LocalDynamoDB } from '../../local/dynamodb.ts';
import { startDynamo } from '../ledger/table.ts';
import { Clone, canPaste } from './clone.ts';
import { codeBlocks, readDocument } from './markdown.ts';

const SECTION = 'Restore or adopt a table';
const blocks = codeBlocks(readDocument('docs/operations.md')).filter(
  ({ section, language }) => section === SECTION && language === 'bash',
);
const outputs = codeBlocks(readDocument('docs/deploy.md')).find(({ section }) => section === 'Outputs')?.text ?? '';

/** `StreamEnabled=true,StreamViewType=X` */
const shorthand = (text: string) =>
  Object.fromEntries(
    text.split(',').map((pair) => {
      const [name = '', value = ''] = pair.split('=');
      return [name, value === 'true' ? true : value];
    }),
  );
const option = (args: readonly string[], name: string) => {
  const at = args.indexOf(name);
  return at === -1 ? undefined : (args[at + 1] ?? '');
};

describe.skipIf(!canPaste)('pasted (skipped where there is no bash or curl)', () => {
  let clone: Clone;
  let calls: string[][];
  beforeAll(async () => {
    clone = await Clone.open();
    for (const { text } of blocks) {
      const { failed } = await clone.paste(`${outputs}RESTORED=restored; STREAM=the-stream\n${text}`);
      expect(failed).toEqual([]);
    }
    calls = await clone.calls();
  });
  afterAll(() => clone[Symbol.asyncDispose]());
  const callsOf = (operation: string) =>
    calls.filter(([, service, name]) => service === 'dynamodb' && name === operation);

  test('it restores to a new table, and deploys with it and its stream', () => {
    expect(callsOf('restore-table-to-point-in-time')).toHaveLength(1);
    expect(option(callsOf('restore-table-to-point-in-time')[0] ?? [], '--source-table-name')).toBe('the-TableName');
    const deploys = calls.filter(([npx, cdk, deploy]) => npx === 'npx' && cdk === 'cdk' && deploy === 'deploy');
    expect(deploys.length).toBeGreaterThan(0);
    for (const deploy of deploys) {
      expect(deploy.filter((word) => /^table(Name|StreamArn)=/.test(word))).toHaveLength(2);
    }
  });

  test('it switches point-in-time recovery on again', () => {
    const [call = []] = callsOf('update-continuous-backups');
    expect(shorthand(option(call, '--point-in-time-recovery-specification') ?? '')).toEqual({
      PointInTimeRecoveryEnabled: true,
    } satisfies ConstructorParameters<typeof UpdateContinuousBackupsCommand>[0]['PointInTimeRecoverySpecification']);
  });

  describe.skipIf(!process.env.DYNAMODB_ENDPOINT)(
    'on DynamoDB Local (skipped elsewhere: dynalite has no streams)',
    () => {
      let dynamo: LocalDynamoDB;
      let client: DynamoDBClient;
      beforeAll(async () => {
        dynamo = await startDynamo();
        client = new DynamoDBClient(dynamo.clientConfig);
      });
      afterAll(async () => {
        client.destroy();
        await dynamo.close();
      });

      test('the restored table can be the ledger after it, and not before', async () => {
        const TableName = `restored-${randomBytes(6).toString('hex')}`;
        const { StreamSpecification: _, ...restored } = createTableInput(TableName);
        await client.send(new CreateTableCommand(restored));
        await expect(checkAdoptedTable(TableName, 'the-stream', client)).rejects.toThrow(
          `table ${TableName} can't be the ledger: the table has no stream: expected one of ${TABLE.stream}`,
        );
        for (const call of callsOf('update-table')) {
          const stream = option(call, '--stream-specification');
          const input: UpdateTableCommandInput = { TableName };
          if (stream !== undefined) Object.assign(input, { StreamSpecification: shorthand(stream) });
          if (call.includes('--deletion-protection-enabled')) input.DeletionProtectionEnabled = true;
          await client.send(new UpdateTableCommand(input));
        }
        const [expiry = []] = callsOf('update-time-to-live');
        const TimeToLiveSpecification = shorthand(option(expiry, '--time-to-live-specification') ?? '');
        const input = { TableName, TimeToLiveSpecification } as unknown as UpdateTimeToLiveCommandInput;
        expect((await client.send(new UpdateTimeToLiveCommand(input))).TimeToLiveSpecification).toEqual({
          ...{ AttributeName: TABLE.ttl, Enabled: true },
        });
        const { Table } = await client.send(new DescribeTableCommand({ TableName }));
        expect(Table?.DeletionProtectionEnabled).toBe(true);
        await checkAdoptedTable(TableName, Table?.LatestStreamArn ?? '', client);
        await expect(checkAdoptedTable(TableName, 'another', client)).rejects.toThrow(
          "tableStreamArn: expected the table's latest stream, arn:aws:dynamodb:",
        );
      });
    },
  );
});
