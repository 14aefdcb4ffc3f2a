// Every query of docs/queries.md finds what it says, in a ledger that was filled from Atlas. `aws` has a stand-in that
// writes down what it is asked; the same is then asked of the embedded DynamoDB.
import { createServer } from 'node:http';
import { GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { silentLog } from '../../functions/platform/log.ts';
import type { LocalDynamoDB } from '../../local/dynamodb.ts';
import { listen } from '../../local/listen.ts';
import { type ServedApi, serveApi } from '../../local/serve.ts';
import { checkSignature } from '../cli/remote/signature-check.ts';
import { System } from '../collector/system.ts';
import { dynamoTable } from '../ledger/engines.ts';
import { startDynamo } from '../ledger/table.ts';
import { Clone, canPaste } from './clone.ts';
import { codeBlocks, documentPaths, readDocument } from './markdown.ts';

const bash = (path: string, section: string, holds = '') =>
  codeBlocks(readDocument(path)).find(
    (block) => block.language === 'bash' && block.section === section && block.text.includes(holds),
  )?.text ?? '';

const AWS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

/** In front of the API: lets through what is signed, as API Gateway does. */
async function signedOnly(apiUrl: string) {
  const refused: string[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const { valid, signedHeaders } = checkSignature({ method, target: url, headers, body: '' }, AWS.secretAccessKey);
    const unsigned = Object.keys(headers).filter((name) => name.startsWith('x-amz-') && !signedHeaders.includes(name));
    if (!valid || unsigned.length > 0 || headers['x-amz-security-token'] === '') {
      refused.push(`${method} ${url} signed ${signedHeaders}`);
      return response.writeHead(403).end('{"message":"The signature does not match"}');
    }
    const answer = await fetch(apiUrl + url, { method });
    return response.writeHead(answer.status).end(await answer.text());
  });
  const url = await listen(server);
  return { url, refused, [Symbol.asyncDispose]: async () => void server.close() };
}

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

  const outputs = bash('docs/deploy.md', 'Outputs');

  test.each([
    ['with a session token', { AWS_SESSION_TOKEN: 'token/+=' }],
    ['with an empty one', { AWS_SESSION_TOKEN: '' }],
    ['with a key alone', {}],
  ])('over HTTP, signed %s', async (_, session) => {
    await using front = await signedOnly(api.url);
    await clone.setOutput('ApiUrl', front.url);
    const key = { AWS_ACCESS_KEY_ID: AWS.accessKeyId, AWS_SECRET_ACCESS_KEY: AWS.secretAccessKey };
    const env = { AWS_REGION: 'eu-west-1', ...key, ...session };
    const { stdout, failed } = await clone.paste(`${outputs}${ours(bash('docs/queries.md', 'Over HTTP', 'ask()'))}`, {
      env,
    });
    expect(front.refused).toEqual([]);
    expect(failed).toEqual([]);
    const answers = stdout.split(/(?<=\})\s*(?=\{"jobs")/);
    expect(answers.map((answer) => JSON.parse(answer).jobs.length > 0)).toEqual([true, true, true]);
  });

  test('in DynamoDB', async () => {
    await clone.setOutput('TableName', table.tableName);
    const block = ours(bash('docs/queries.md', 'In DynamoDB'));
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
