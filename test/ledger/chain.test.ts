import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { breaksOf } from '../../functions/ledger/chain.ts';
import { decide, decideAnnotations, decideVanished } from '../../functions/ledger/decide.ts';
import { FIRST_CHANGES, fitted, type Item } from '../../functions/ledger/job-item.ts';
import { jobKey } from '../../functions/ledger/keys.ts';
import type { LedgerJob } from '../../functions/ledger/ledger.ts';
import { verifyProject } from '../../functions/ledger/verify.ts';
import type { Finding } from '../../functions/restore/finding.ts';
import type { Requester } from '../../functions/restore/requester.ts';
import type { LocalDynamoDB } from '../../local/dynamodb.ts';
import { completed, idAt, job, seen } from './jobs.ts';
import { newTable, startEngine, type TestTable } from './table.ts';

let dynamo: LocalDynamoDB;
let table: TestTable;
let document: DynamoDBDocumentClient;
let projects = 0;
beforeAll(async () => {
  dynamo = await startEngine();
  table = await newTable(dynamo);
  const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
  document = DynamoDBDocumentClient.from(new DynamoDBClient(dynamo.clientConfig));
});
afterAll(async () => {
  document.destroy();
  await table[Symbol.asyncDispose]();
  await dynamo.close();
});

test('a job without problems has the hashes that it had before there were any', () => {
  let stored: LedgerJob | undefined;
  for (const [minute, answer] of [job(), completed(job())].entries()) {
    const decision = decide(stored, answer, seen(minute));
    if ('job' in decision) stored = decision.job;
  }
  expect([stored?.fingerprint, stored?.changes.map(({ previous, state }) => [previous, state])]).toEqual([
    'kVhhjY_3h47dQ33H',
    [
      ['ebMYfL7psW6-vgZrjvM85Ab97Ujz8l5wr49dTwikwkM', '52uiwK6ngFKNVzG7'],
      ['TWRHiZJnkQDf-92roanRuHSf-or0u8VV3h3hCmQGqGM', 'FU9SzNryydJ9DXft'],
    ],
  ]);
});

const REQUESTER: Requester = {
  actor: { kind: 'apiKey', id: 'e'.repeat(24), name: 'abcdefgh' },
  ...{ grade: 'exact', points: 100, eventType: 'TENANT_RESTORE_REQUESTED_AUDIT', rivals: 0 },
};
const FINDING: Finding = { rule: 'failed', severity: 'warning', at: seen(3).observedAt, why: 'It failed.' };

/** A project of three jobs with a history each. */
async function recordedProject() {
  projects += 1;
  const projectId = projects.toString(16).padStart(24, '0');
  const { ledger } = table;
  const jobs = [0, 1, 2].map((n) => job({ projectId, jobId: idAt('2026-11-20T10:00:00Z', `${projectId}${n}`) }));
  for (const one of jobs) {
    await ledger.record(one, seen(0), false, { requester: { reason: 'pending' } });
    await ledger.record(completed(one), seen(1), true);
    await ledger.annotate(projectId, one.jobId, seen(2), () => ({ requester: REQUESTER, findings: [FINDING] }));
    await ledger.markVanished(projectId, one.jobId, seen(3));
  }
  await ledger.saveCoverage(projectId, () => ({
    ...{ projectId, projectName: 'payments', revision: 0, runId: 'run', discovery: {}, clusters: {}, recorded: 3 },
  }));
  const [first] = jobs;
  return { projectId, key: jobKey(projectId, first?.jobId ?? '') };
}

test('histories that this ledger wrote fit together, and all jobs are there', async () => {
  const { projectId } = await recordedProject();
  const expected = {
    projectName: 'payments',
    jobs: 3,
    entries: 12,
    folded: 0,
    unchained: 0,
    recorded: 3,
    breaks: [],
    breakCount: 0,
  };
  expect(await verifyProject(table.ledger, projectId)).toEqual({ projectId, ...expected });
});

type Stored = Item & LedgerJob;
const forgeries: [string, (item: Stored) => void, RegExp, number | undefined][] = [
  ['who asked', (item) => Object.assign(item, { requester: { reason: 'none' } }), /differs/, undefined],
  ['its outcome', (item) => Object.assign(item, { status: 'FAILED' }), /differs/, undefined],
  ['its target', (item) => Object.assign(item, { targetClusterName: 'elsewhere' }), /differs/, undefined],
  ['what Atlas sent', (item) => Object.assign(item.atlas, { cancelled: true }), /differs/, undefined],
  ['a finding that is gone', (item) => void delete item.findings, /differs/, undefined],
  [
    'when it was first seen',
    (item) => Object.assign(item.changes[0] ?? {}, { at: seen(-9).observedAt }),
    /revision 1/,
    2,
  ],
  ['a status in the past', (item) => Object.assign(item.changes[1] ?? {}, { status: 'FAILED' }), /revision 2/, 3],
  ['an entry taken out', (item) => void item.changes.splice(1, 1), /revision 2 was expected/, 3],
  ['the last entries cut off', (item) => void item.changes.splice(2), /ends with 2/, undefined],
  ['its whole history gone', (item) => void item.changes.splice(0), /no history/, undefined],
];

test.each(forgeries)('a break is named: %s', async (_, forge, problem, revision) => {
  const { projectId, key } = await recordedProject();
  const { Item } = await document.send(new GetCommand({ TableName: table.tableName, Key: key }));
  forge(Item as Stored);
  await document.send(new PutCommand({ TableName: table.tableName, Item }));
  const { breaks } = await verifyProject(table.ledger, projectId);
  const jobId = Item?.jobId;
  expect(breaks).toContainEqual({ jobId, ...(revision ? { revision } : {}), problem: expect.stringMatching(problem) });
});

test('a history put under another job does not fit there', async () => {
  const [one, other] = [await recordedProject(), await recordedProject()];
  const [first, second] = await Promise.all(
    [one, other].map(({ key }) => document.send(new GetCommand({ TableName: table.tableName, Key: key }))),
  );
  await document.send(
    new PutCommand({ TableName: table.tableName, Item: { ...first?.Item, changes: second?.Item?.changes } }),
  );
  const { breaks } = await verifyProject(table.ledger, one.projectId);
  expect(breaks[0]).toMatchObject({ revision: 1, problem: expect.stringContaining('the ids of its job') });
});

test('a job that was deleted is missed', async () => {
  const { projectId, key } = await recordedProject();
  await document.send(new DeleteCommand({ TableName: table.tableName, Key: key }));
  const { jobs, breaks } = await verifyProject(table.ledger, projectId);
  expect(jobs).toBe(2);
  expect(breaks).toEqual([{ problem: '1 of 3 jobs that were recorded are not in the ledger any more' }]);
});

test('any history fits together, also when it is folded, read back from JSON or cut to fit an item', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('answer' as const), errorMessage: fc.string({ maxLength: 20 }), n: fc.double() }),
    fc.record({ do: fc.constant('requester' as const), name: fc.string() }),
    fc.record({ do: fc.constant('findings' as const), rules: fc.subarray(['failed', 'slow', 'stuck'] as const) }),
    fc.record({ do: fc.constant('vanish' as const) }),
  );
  const steps = fc.array(step, { minLength: 1, maxLength: 260, size: 'max' });
  fc.assert(
    fc.property(steps, fc.boolean(), (story, huge) => {
      const base = job(huge ? { atlas: { id: 'x', blob: 'y'.repeat(380_000) } } : {});
      let stored = taken(undefined, decide(undefined, base, seen(0)));
      for (const [index, one] of story.entries()) {
        const at = seen(index + 1);
        if (one.do === 'answer') {
          const { errorMessage, n } = one;
          stored = taken(stored, decide(stored, { ...base, errorMessage, atlas: { ...base.atlas, n } }, at));
        } else if (one.do === 'vanish') stored = taken(stored, decideVanished(stored, at));
        else {
          const annotations =
            one.do === 'requester'
              ? { requester: { ...REQUESTER, actor: { kind: 'user' as const, name: one.name } } }
              : { findings: one.rules.map((rule) => ({ ...FINDING, rule })) };
          stored = taken(
            stored,
            decideAnnotations(stored, at, () => annotations),
          );
        }
      }
      expect(breaksOf(stored, FIRST_CHANGES)).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

/** As the table would give it back. */
function taken(stored: LedgerJob | undefined, decision: ReturnType<typeof decide>): LedgerJob {
  if (!('job' in decision)) return stored as LedgerJob;
  return JSON.parse(JSON.stringify(fitted(decision.job))) as LedgerJob;
}
