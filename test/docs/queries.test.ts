// Every query of docs/queries.md finds what it says, in a ledger that was filled from Atlas. `aws` has a stand-in that
// writes down what it is asked; the same is then asked of the embedded DynamoDB.
import { GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { silentLog } from '../../functions/platform/log.ts';
import type { LocalDynamoDB } from '../../local/dynamodb.ts';
import { type ServedApi, serveApi } from '../../local/serve.ts';
import { startSignatureFront } from '../cli/remote/signature-front.ts';
import { System } from '../collector/system.ts';
import { dynamoTable } from '../ledger/engines.ts';
import { startDynamo } from '../ledger/table.ts';
import { Clone, canPaste } from './clone.ts';
import { commandsRunBy } from './documented-commands.ts';
import { codeBlocks, documentPaths, readDocument } from './markdown.ts';

const [BY_COMMAND_LINE = '', BY_CURL = '', IN_DYNAMODB = '', ...NO_MORE] = commandsRunBy(
  'test/docs/queries.test.ts',
).map(({ text }) => text);

const AWS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

test('every query string of the documents is as curl of any version signs it: in order, and encoded', () => {
  const queries = documentPaths().flatMap((path) =>
    codeBlocks(readDocument(path)).flatMap(({ text }) =>
      [...text.matchAll(/(?:curl|ask|value) .*?\/[\w{}$/.-]+\?([^"'\s]+)/g)].map(([, query = '']) => query),
    ),
  );
  expect(queries.length).toBeGreaterThan(15);
  for (const query of queries) {
    const parts = query.split('&');
    expect(parts).toEqual([...parts].sort());
    expect(query).toMatch(/^(?:\w+=(?:[\w.~-]|%[0-9A-F]{2}|\$\w+)*&?)+$/);
  }
});

describe.skipIf(!canPaste)('pasted (skipped where there is no bash or curl)', () => {
  let dynamo: LocalDynamoDB;
  let system: System;
  let table: Awaited<ReturnType<typeof dynamoTable>>;
  let api: ServedApi;
  let clone: Clone;
  /** The document's examples of ids and months, as this ledger has them. */
  let ours: (text: string) => string;

  beforeAll(async () => {
    dynamo = await startDynamo();
    table = await dynamoTable(dynamo);
    system = await System.start({ newTable: async () => table }, { projects: 1, clusters: 4, jobs: 20 });
    const now = () => system.clock.now();
    const ledger = ledgerReader({ table: table.table, now });
    const { run } = await system.run({ full: true }, { ledger });
    api = await serveApi({ ledger, log: silentLog, now });
    clone = await Clone.open();
    await clone.setOutput('ApiUrl', api.url);
    const [job] = (await ledger.jobs({ statuses: ['FAILED'], limit: 1 })).items;
    const replaced = {
      '65a1b2c3d4e5f60718293a4b': job?.projectId,
      Cluster0: job?.clusterName,
      'JOB#692302a0c4b1d2e3f4a5b6c7': `JOB#${job?.jobId}`,
      'RUN#692302a0c4b1d2e3f4a5b6c7': `RUN#${run.runId}`,
      'JOBS#2026-11': `JOBS#${job?.requestedAt.slice(0, 7)}`,
      'RUNS#2026-11': `RUNS#${new Date(now()).toISOString().slice(0, 7)}`,
      '2026-11-01': job?.requestedAt.slice(0, 10),
    };
    ours = (text) => Object.entries(replaced).reduce((rest, [from, to]) => rest.replaceAll(from, `${to}`), text);
  });
  afterAll(async () => {
    await clone[Symbol.asyncDispose]();
    await api.close();
    await system[Symbol.asyncDispose]();
    await dynamo.close();
  });

  const [outputs = ''] = commandsRunBy('test/deploy/documents.deploy.ts').flatMap(({ section, text }) =>
    section === 'Outputs' ? text : [],
  );

  test('by the command line', async () => {
    const { stdout, failed } = await clone.paste(`${outputs}${BY_COMMAND_LINE}`);
    expect({ failed, NO_MORE }).toEqual({ failed: [], NO_MORE: [] });
    expect(stdout.trimEnd().split('\n').length).toBeGreaterThan(10);
  });

  test.each([
    ['with a session token', { AWS_SESSION_TOKEN: 'token/+=' }],
    ['with an empty one', { AWS_SESSION_TOKEN: '' }],
    ['with a key alone', {}],
  ])('over HTTP, signed %s', async (_, session) => {
    const secrets = { [AWS.accessKeyId]: AWS.secretAccessKey };
    await using front = await startSignatureFront({ port: Number(new URL(api.url).port), secrets });
    await clone.setOutput('ApiUrl', front.url);
    const key = { AWS_ACCESS_KEY_ID: AWS.accessKeyId, AWS_SECRET_ACCESS_KEY: AWS.secretAccessKey };
    const env = { AWS_REGION: 'eu-west-1', ...key, ...session };
    const { stdout, failed } = await clone.paste(`${outputs}${ours(BY_CURL)}`, {
      env,
    });
    expect({ failed, refused: front.refused }).toEqual({ failed: [], refused: [] });
    expect(front.accepted).toHaveLength(3);
    const answers = stdout.split(/(?<=\})\s*(?=\{"jobs")/);
    expect(answers.map((answer) => JSON.parse(answer).jobs.length > 0)).toEqual([true, true, true]);
  });

  test('in DynamoDB', async () => {
    await clone.setOutput('TableName', table.tableName);
    const block = ours(IN_DYNAMODB);
    const { failed } = await clone.paste(`${outputs}${block}`);
    expect(failed).toEqual([]);
    const calls = (await clone.calls()).filter(([, service]) => service === 'dynamodb');
    expect(calls).toHaveLength(block.match(/^(query|aws) /gm)?.length ?? 0);
    for (const [, , operation, ...args] of calls) {
      const option = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
      const json = (name: string) => JSON.parse(option(name) ?? 'null') ?? undefined;
      const TableName = option('--table-name');
      if (operation === 'get-item') {
        const { Item } = await table.client.send(new GetItemCommand({ TableName, Key: json('--key') }));
        expect(Item, args.join(' ')).toBeDefined();
        continue;
      }
      const { Count } = await table.client.send(
        new QueryCommand({
          TableName,
          IndexName: option('--index-name'),
          KeyConditionExpression: option('--key-condition-expression'),
          ExpressionAttributeNames: json('--expression-attribute-names'),
          ExpressionAttributeValues: json('--expression-attribute-values'),
        }),
      );
      expect(Count, args.join(' ')).toBeGreaterThan(0);
    }
  });
});
