import { expect, test } from 'vitest';
import { eraseEverywhere, identitiesOf } from '../../../functions/ledger/erasure/erase-everywhere.ts';
import { breaksOf, FIRST_CHANGES } from '../../../functions/ledger/model/hash-chain.ts';
import type { LedgerJob } from '../../../functions/ledger/model/ledger.ts';
import { exported, inventoryOf, scopeItem } from '../../../functions/ledger/transfer/export.ts';
import { importRecords } from '../../../functions/ledger/transfer/import.ts';
import { type EngineTable, testEngine } from '../engines.ts';
import { idAt, job, PROJECT, seen } from '../jobs.ts';
import { list } from '../table.ts';
import { ADA, annotate, BO } from './annotators.ts';

const engine = testEngine();
const { jobId } = job();
const at = '2026-11-25T00:00:00.000Z';
const decision = { by: 'dpo@example.com', reason: 'request 4711', pseudonym: 'erased-1', at, runId: idAt(at) };

async function annotated({ ledger, table }: EngineTable): Promise<LedgerJob> {
  await ledger.record(job(), seen(0));
  await annotate(table, jobId, {
    validation: { status: 'FAILED', message: 'Ada@example.com saw it' },
    ticket: 'OPS-1',
  });
  await annotate(
    table,
    jobId,
    { validation: { status: 'SUCCESSFUL' }, environment: 'Canada, by ada@example.com.' },
    BO,
  );
  return (await ledger.job(jobId)) as LedgerJob;
}

test('erasing a person reaches every text of every annotation, now and in the history', async () => {
  await using one = await engine.newTable();
  await annotated(one);
  const identities = await identitiesOf(one.table, 'ada@example.com');
  const erased = await eraseEverywhere(one.table, { identities, ...decision });
  expect(erased).toMatchObject({ erased: 1, broken: [] });
  const kept = (await one.ledger.job(jobId)) as LedgerJob;
  expect(JSON.stringify(kept)).not.toMatch(/ada@/i);
  expect(kept).toMatchObject({
    validation: { status: 'SUCCESSFUL', by: BO },
    annotation: { ticket: 'OPS-1', environment: 'Canada, by erased-1.' },
    annotationCount: 2,
  });
  expect(kept.changes[1]?.fields.validation?.to).toMatchObject({
    message: 'erased-1 saw it',
    by: { kind: 'iam', name: ADA.name.replace('ada@example.com', 'erased-1') },
  });
  expect(breaksOf(kept, FIRST_CHANGES)).toEqual([]);
});

test('who annotated is erased by that name alone', async () => {
  await using one = await engine.newTable();
  await annotated(one);
  const identities = await identitiesOf(one.table, BO.name);
  expect(await eraseEverywhere(one.table, { identities, ...decision })).toMatchObject({ erased: 1 });
  expect(await one.ledger.job(jobId)).toMatchObject({ validation: { by: { kind: 'user', name: 'erased-1' } } });
  expect(JSON.stringify(await list(one.table.scan()))).not.toContain(BO.name);
});

test('an export and an import keep annotations, and one made since is later', async () => {
  await using one = await engine.newTable();
  await using other = await engine.newTable();
  const transfer = async () => {
    const records = exported(one.table, await scopeItem(one.table), await inventoryOf(one.table));
    return (await importRecords(other.table, records, { at })).counts;
  };
  const first = await annotated(one);
  expect((await transfer()).added.job).toBe(1);
  expect(await other.ledger.job(jobId)).toEqual(first);
  await annotate(one.table, jobId, { ticket: 'OPS-2' });
  expect((await transfer()).updated.job).toBe(1);
  expect(await other.ledger.job(jobId)).toMatchObject({ annotation: { ticket: 'OPS-2' }, annotationCount: 3 });
  await annotate(other.table, jobId, { ticket: 'OPS-3' });
  await annotate(one.table, jobId, { ticket: 'OPS-4' });
  expect((await transfer()).refused.job).toBe(1);
  expect(await other.ledger.job(jobId)).toMatchObject({ annotation: { ticket: 'OPS-3' }, projectId: PROJECT });
});
