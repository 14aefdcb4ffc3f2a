import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verdictKey, verdictOf, verdictsBetween } from '../../../functions/ledger/table/keys.ts';
import { exported, inventoryOf, scopeItem } from '../../../functions/ledger/transfer/export.ts';
import { importRecords } from '../../../functions/ledger/transfer/import.ts';
import { readVerdicts } from '../../../functions/ledger/verdicts/read-verdicts.ts';
import type { VerdictsAsked } from '../../../functions/restore/drills/judged.ts';
import type { RestoreJob } from '../../../functions/restore/job.ts';
import { annotate } from '../annotations/annotators.ts';
import { overTable, testEngine, testTable } from '../engines.ts';
import { completed, idAt, job, PROJECT, seen } from '../jobs.ts';
import { list } from '../table.ts';

const engine = testEngine();
const table = testTable(engine);
const GOOD = { validation: { status: 'SUCCESSFUL' } } as const;
const SINCE = '2026-01-01T00:00:00.000Z';

let serial = 0;
/** A cluster of its own, with restores, one an hour, of which each has a verdict. */
async function judgedCluster(restores: number, more: Partial<RestoreJob> = {}) {
  const clusterName = `cluster-${serial++}`;
  const jobIds: string[] = [];
  for (let hour = 0; hour < restores; hour++) {
    const at = new Date(Date.parse('2026-11-01T00:00:00Z') + hour * 3_600_000).toISOString();
    const jobId = idAt(at, clusterName);
    jobIds.push(jobId);
    await table.ledger.record(completed(job({ jobId, clusterName, ...more })), seen(0));
    await annotate(table.table, jobId, GOOD);
  }
  return { clusterName, jobIds };
}
const asked = (clusterName: string, more: Partial<VerdictsAsked> = {}): VerdictsAsked => {
  return { projectId: PROJECT, clusterName, since: SINCE, ...more };
};
const read = async (clusterName: string, more: Partial<VerdictsAsked> = {}) =>
  (await readVerdicts(table.table, [asked(clusterName, more)])).get(PROJECT)?.get(clusterName);
const idsOf = (verdicts: Awaited<ReturnType<typeof read>>) => verdicts?.restores.map(({ jobId }) => jobId);

test('a key is read as it was made, whatever the name, and those of a project lie between those of others', () => {
  const id = fc.stringMatching(/^[0-9a-f]{24}$/);
  fc.assert(
    fc.property(id, fc.string({ maxLength: 64 }), id, id, (projectId, clusterName, jobId, other) => {
      const { pk, sk } = verdictKey(projectId, clusterName, jobId);
      expect(verdictOf(sk)).toEqual({ projectId, clusterName, jobId });
      const { partition, between } = verdictsBetween(projectId, projectId);
      expect(pk).toBe(partition);
      const [from, to] = between.map((one) => Buffer.from(one)) as [Buffer, Buffer];
      const isWithin = (key: string) => from.compare(Buffer.from(key)) <= 0 && to.compare(Buffer.from(key)) >= 0;
      expect(isWithin(sk)).toBe(true);
      expect(isWithin(verdictKey(other, clusterName, jobId).sk)).toBe(other === projectId);
    }),
  );
});

test('only jobs with a verdict are read, the newest first, as they are', async () => {
  const { clusterName, jobIds } = await judgedCluster(3);
  await table.ledger.record(completed(job({ jobId: idAt('2026-11-02T00:00:00Z', 'plain'), clusterName })), seen(0));
  table.requests();
  const found = await read(clusterName);
  expect(table.requests()).toEqual({ Query: 1, BatchGetItem: 1 });
  expect(idsOf(found)).toEqual(jobIds.toReversed());
  expect(found?.restores[0]).toMatchObject({ clusterName, status: 'COMPLETED', validation: GOOD.validation });
  expect(found?.restores[0]).not.toHaveProperty('changes');
  await annotate(table.table, jobIds[2] ?? '', { validation: { status: 'FAILED' } });
  expect((await read(clusterName))?.restores.map(({ validation }) => validation?.status)).toEqual([
    ...['FAILED', 'SUCCESSFUL', 'SUCCESSFUL'],
  ]);
});

test('a cluster without verdicts has none, which is known', async () => {
  table.requests();
  expect(await read('without')).toEqual({ restores: [] });
  expect(table.requests()).toEqual({ Query: 1 });
  expect(await readVerdicts(table.table, [])).toEqual(new Map());
});

test('the mark is there before the verdict, and alone it says nothing', async () => {
  const clusterName = `cluster-${serial++}`;
  const jobId = idAt('2026-11-03T00:00:00Z', clusterName);
  await table.ledger.record(completed(job({ jobId, clusterName })), seen(0));
  const crashing = overTable(table.table, {
    update: async (key, ...rest) => {
      if (key.pk !== 'VERDICTS') throw new Error('crashed');
      return table.table.update(key, ...rest);
    },
  });
  await expect(annotate(crashing, jobId, GOOD)).rejects.toThrow('crashed');
  expect(await table.table.get(verdictKey(PROJECT, clusterName, jobId))).toBeDefined();
  expect(await read(clusterName)).toEqual({ restores: [] });
  await annotate(table.table, jobId, GOOD);
  expect(idsOf(await read(clusterName))).toEqual([jobId]);
});

test('without a verdict, an annotation leaves no mark', async () => {
  const clusterName = `cluster-${serial++}`;
  const jobId = idAt('2026-11-04T00:00:00Z', clusterName);
  await table.ledger.record(completed(job({ jobId, clusterName })), seen(0));
  await annotate(table.table, jobId, { purpose: 'drill' });
  expect(await table.table.get(verdictKey(PROJECT, clusterName, jobId))).toBeUndefined();
});

test('of many the newest 20 are read, with those that the evidence rests on; all where none is proof', async () => {
  const { clusterName, jobIds } = await judgedCluster(25);
  const newest = jobIds.toReversed();
  const found = await read(clusterName);
  expect(idsOf(found)).toEqual(newest.slice(0, 20));
  expect(found?.before).toBe('2026-11-01T04:00:00.000Z');
  const [oldest = ''] = jobIds;
  expect(idsOf(await read(clusterName, { evidence: [oldest] }))).toEqual([...newest.slice(0, 20), oldest]);

  const proven = { line: '*/* = verdict', needs: ['verdict' as const] };
  expect(idsOf(await read(clusterName, { needs: proven }))).toHaveLength(20);
  const unproven = { line: '*/* = verdict, other-project', needs: ['verdict' as const, 'other-project' as const] };
  const all = await read(clusterName, { needs: unproven });
  expect(idsOf(all)).toEqual(newest);
  expect(all).not.toHaveProperty('before');
  expect(idsOf(await read(clusterName, { needs: unproven, since: '2026-11-01T03:30:00.000Z' }))).toEqual(
    newest.slice(0, 21),
  );
});

test('where a job that the evidence rests on is not there, not all is known', async () => {
  const { clusterName, jobIds } = await judgedCluster(1);
  const lost = await read(clusterName, { evidence: [idAt('2026-11-05T00:00:00Z', 'lost')] });
  expect(idsOf(lost)).toEqual(jobIds);
  expect(lost?.before).toBe('9999-12-31T23:59:59.999Z');
  expect(await read(clusterName, { evidence: jobIds })).not.toHaveProperty('before');
});

test('an import marks the verdicts that it brings, and an export leaves the marks out', async () => {
  const { clusterName, jobIds } = await judgedCluster(2);
  const records = await list(exported(table.table, await scopeItem(table.table), await inventoryOf(table.table)));
  const keys = records.flatMap((record) => ('item' in record ? [record.item.pk] : []));
  expect(keys).not.toContain('VERDICTS');
  await using other = await engine.newTable();
  async function* streamed() {
    yield* records;
  }
  await importRecords(other.table, streamed(), { at: '2026-11-25T00:00:00.000Z' });
  const found = await readVerdicts(other.table, [asked(clusterName)]);
  expect(idsOf(found.get(PROJECT)?.get(clusterName))).toEqual(jobIds.toReversed());
});
