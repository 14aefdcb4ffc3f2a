import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DynamoTable } from '../../../functions/ledger/table/dynamo-table.ts';
import type { LocalDynamoDB } from '../../../local/dynamodb.ts';
import { completed, idAt, job, PROJECT, seen } from '../jobs.ts';
import { newTable, startDynamo } from '../table.ts';

let dynamo: LocalDynamoDB;
let serial = 0;
const another = () => job({ jobId: idAt('2026-11-20T10:00:00Z', serial++) });
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.close());

test('a write whose answer was lost, and that the SDK sent again, still counts as written', async () => {
  await using own = await newTable(dynamo);
  own.client.middlewareStack.add(
    (next, { commandName }) => {
      let lost = commandName !== 'PutItemCommand';
      return async (args) => {
        const answer = await next(args);
        if (lost) return answer;
        lost = true;
        throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', name: 'TimeoutError' });
      };
    },
    { step: 'deserialize', priority: 'low', name: 'loseAnswers' },
  );
  const running = another();
  expect(await own.ledger.record(running, seen(0))).toMatchObject({ outcome: 'new' });
  expect(own.requests()).toEqual({ UpdateItem: 1, PutItem: 2, GetItem: 1 }); // its day is marked first
  expect(await own.ledger.record(completed(running), seen(1))).toMatchObject({
    outcome: 'changed',
    change: { revision: 2 },
  });
  expect((await own.ledger.job(running.jobId))?.changes).toHaveLength(2);
});

test('what goes wrong is reported with a code and what to do', async () => {
  await using own = await newTable(dynamo);
  const named = (name: string) => Object.assign(new Error('no'), { name });
  const served = (name: string, httpStatusCode: number) =>
    new DynamoDBServiceException({ name, message: 'no', $fault: 'client', $metadata: { httpStatusCode } });
  const failing = (error: Error) => async () => {
    throw error;
  };
  for (const [error, code, advice] of [
    [named('TimeoutError'), 'LEDGER_UNAVAILABLE', /try again later/],
    [named('CredentialsProviderError'), 'LEDGER_UNAVAILABLE', /try again later/],
    [served('ProvisionedThroughputExceededException', 400), 'LEDGER_UNAVAILABLE', /try again later/],
    [served('InternalServerError', 500), 'LEDGER_UNAVAILABLE', /try again later/],
    [served('ResourceNotFoundException', 400), 'LEDGER_TABLE_MISSING', /deploy the stack/],
    [served('AccessDeniedException', 400), 'LEDGER_REFUSED', /check that the role/],
  ] as const) {
    own.client.middlewareStack.add(() => failing(error), { step: 'initialize', name: 'fail', override: true });
    const failed = own.ledger.coverage(PROJECT);
    await expect(failed).rejects.toMatchObject({ name: 'LedgerError', code, cause: error });
    await expect(failed).rejects.toThrow(advice);
  }
});

test('keys that are left unread at first are asked for again', async () => {
  await using own = await newTable(dynamo);
  const table = new DynamoTable(own.tableName, own.client);
  const keys = Array.from({ length: 40 }, (_, n) => ({ pk: 'some', sk: String(n) }));
  await Promise.all(keys.map((key) => table.put(key)));
  own.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        const output = answer.output as { Responses?: Record<string, { pk: unknown; sk: unknown }[]> };
        const items = output.Responses?.[own.tableName];
        if (!commandName?.startsWith('BatchGet') || !items || items.length < 2) return answer;
        const unread = items.splice(Math.ceil(items.length / 2)).map(({ pk, sk }) => ({ pk, sk }));
        Object.assign(output, { UnprocessedKeys: { [own.tableName]: { Keys: unread } } });
        return answer;
      },
    { step: 'initialize', name: 'leaveHalfUnread' },
  );
  expect(await table.batchGet(keys)).toEqual(keys);
  expect(own.requests().BatchGetItem).toBeGreaterThan(1);
});
