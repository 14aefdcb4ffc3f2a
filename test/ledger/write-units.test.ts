// Whether the write units that are counted here are those that Amazon's engine says it used.
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { type Item, jobItem } from '../../functions/ledger/table/job-item.ts';
import type { LocalDynamoDB } from '../../local/dynamodb.ts';
import { idAt, job } from './jobs.ts';
import { newTable, startDynamo, type TestTable } from './table.ts';
import { writeUnits } from './write-units.ts';

let dynamo: LocalDynamoDB;
let own: TestTable;
beforeAll(async () => {
  dynamo = await startDynamo();
  own = await newTable(dynamo);
});
afterAll(async () => {
  await own[Symbol.asyncDispose]();
  await dynamo.close();
});

const isAmazons = process.env.DYNAMODB_ENDPOINT !== undefined;

test.skipIf(!isAmazons)(
  'a new job, its requester, its end, and nothing (skipped on dynalite, which counts no indexes)',
  async () => {
    const at = '2026-11-23T12:00:00.000Z';
    const stamps = {
      revision: 1,
      firstSeenAt: at,
      changedAt: at,
      observedAt: at,
      fingerprint: 'f'.repeat(16),
      changes: [],
    };
    const first = { ...job({ jobId: idAt('2026-11-20T10:00:00Z'), status: 'RUNNING' }), ...stamps } as LedgerJob;
    const named: LedgerJob = { ...first, revision: 2, requester: { reason: 'none' } };
    const ended: LedgerJob = { ...named, revision: 3, status: 'COMPLETED' };
    const long: LedgerJob = { ...ended, revision: 4, errorMessage: 'x'.repeat(3_000) };
    let before: Item | undefined;
    for (const next of [first, named, ended, ended, long]) {
      const item = jobItem(next);
      const input = { TableName: own.tableName, Item: marshall(item, { removeUndefinedValues: true }) };
      const answer = await own.client.send(new PutItemCommand({ ...input, ReturnConsumedCapacity: 'INDEXES' }));
      expect([next.revision, answer.ConsumedCapacity?.CapacityUnits]).toEqual([
        next.revision,
        writeUnits(before, item),
      ]);
      before = item;
    }
  },
);
