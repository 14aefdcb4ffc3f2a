// The retention function as it is, on a real DynamoDB API.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ProjectCoverage } from '../../functions/ledger/model/coverage.ts';
import { NO_IDS, toggled } from '../../functions/ledger/model/id-set.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { ensureTable, type LocalDynamoDB, startDynamoDB } from '../../local/dynamodb.ts';
import { completed, idAt, job, PROJECT, seen } from '../ledger/jobs.ts';

const DAY_MS = 86_400_000;
let dynamodb: LocalDynamoDB;
let ledger: Ledger;
const lines: string[] = [];

beforeAll(async () => {
  dynamodb = await startDynamoDB();
  const client = new DynamoDBClient(dynamodb.clientConfig);
  await ensureTable(client, 'ledger');
  ledger = tableLedger({ tableName: 'ledger', client });
  const env = {
    ...{ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
    ...{ AWS_ENDPOINT_URL: dynamodb.endpoint, TABLE_NAME: 'ledger', LEDGER_NAME: 'Mine', JOB_RETENTION_DAYS: '30' },
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  vi.spyOn(console, 'log').mockImplementation((line) => lines.push(String(line)));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await dynamodb.close();
});

test('lets go, says so, and deletes a day later; a project that does not add up is held', async () => {
  const now = Date.now();
  const iso = (ms: number) => new Date(ms).toISOString();
  const ids = [50, 40, 10].map((days) => idAt(iso(now - days * DAY_MS), days));
  for (const jobId of ids) await ledger.record(completed(job({ jobId }), iso(now - 9 * DAY_MS)), seen(0));
  const coverage = {
    ...{ projectId: PROJECT, projectName: 'payments', revision: 0, runId: ids[0] ?? '', discovery: {}, clusters: {} },
    ...{ recorded: 3, recordedIds: toggled(NO_IDS, ids) },
  } satisfies ProjectCoverage;
  await ledger.saveCoverage(PROJECT, () => ({ ...coverage, recorded: 4 }));
  const listed = (ms: number) =>
    ledger.saveScope((stored) => ({
      ...{ revision: 0, ...stored },
      accounts: { key: { listedAt: iso(ms), attemptedAt: iso(ms), projects: 1, runId: ids[0] ?? '' } },
    }));
  await listed(now);
  const { handler } = await import('../../functions/handlers/retention.ts');
  const context = { getRemainingTimeInMillis: () => 600_000 } as Context;
  const run = async () => {
    lines.length = 0;
    await handler({}, context);
    return lines.map((line) => JSON.parse(line));
  };
  expect(await run()).toMatchObject([{ level: 'WARN', projectId: PROJECT }, { ProjectsHeld: 1 }]);

  await ledger.saveCoverage(PROJECT, (stored) => ({ ...(stored ?? coverage), recorded: 3 }));
  const [said, metrics] = await run();
  expect(said).toMatchObject({ message: 'restore jobs let go', letGo: 2, deleted: 0, days: 30 });
  expect(metrics).toMatchObject({ Ledger: 'Mine', JobsLetGo: 2 });
  expect(await ledger.countJobs(PROJECT)).toBe(3);
  expect(await run()).toEqual([]);

  const at = iso(now - 2 * DAY_MS);
  await ledger.saveCoverage(PROJECT, (stored) => ({
    ...(stored ?? coverage),
    ...(stored?.letGo && { letGo: { ...stored.letGo, at } }),
  }));
  expect(await run()).toMatchObject([{ deleted: 2 }, { JobsDeleted: 2 }]);
  expect(await ledger.countJobs(PROJECT)).toBe(1);
  expect((await ledger.coverage(PROJECT))?.letGo).toMatchObject({ jobs: 2, deletedAt: expect.any(String) });
});
