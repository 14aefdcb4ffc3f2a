import { expect, test } from 'vitest';
import type { JobSummary, JobsQuery } from '../../../functions/ledger/model/ledger.ts';
import { jobKey } from '../../../functions/ledger/table/keys.ts';
import type { Requester } from '../../../functions/restore/requesters/requester.ts';
import type { Finding } from '../../../functions/restore/rules/finding.ts';
import { testTable } from '../engines.ts';
import { completed, idAt, job, PROJECT, seen } from '../jobs.ts';
import { list } from '../table.ts';

const table = testTable();
let serial = 0;
const another = () => job({ jobId: idAt('2026-11-20T10:00:00Z', serial++) });

const PENDING: Requester = { reason: 'pending' };
const FOUND: Requester = {
  actor: { kind: 'user', id: 'e'.repeat(24), name: 'ann@example.com' },
  ...{ grade: 'strong', points: 80, eventType: 'CPS_RESTORE_REQUESTED_AUDIT', rivals: 0 },
};
const readJob = async (jobId: string) =>
  (await list(table.ledger.projectJobs(PROJECT))).find((each) => each.jobId === jobId);
const finding = (rule: Finding['rule'], at: string): Finding => ({ rule, severity: 'warning', at, why: 'It is so.' });

test('a first sight takes its requester and findings along in its one write', async () => {
  const running = another();
  table.requests();
  const assess = ({ jobId, status }: JobSummary) =>
    jobId === running.jobId && status === 'RUNNING' ? [finding('download', seen(0).observedAt)] : [];
  const recorded = await table.ledger.record(running, seen(0), false, { requester: PENDING, assess });
  expect(table.requests()).toEqual({ PutItem: 1, UpdateItem: 1 }); // its day is marked
  expect(recorded).toMatchObject({
    outcome: 'new',
    change: { revision: 1, fields: { findings: { to: ['download'] } } },
  });
  expect(await table.ledger.job(running.jobId)).toMatchObject({
    requester: PENDING,
    findings: [finding('download', seen(0).observedAt)],
  });
});

test('an annotation is an entry of the history, and what Atlas said stays as it was', async () => {
  const running = another();
  await table.ledger.record(running, seen(0), false, { requester: PENDING });
  table.requests();
  const recorded = await table.ledger.annotate(PROJECT, running.jobId, seen(5), () => ({ requester: FOUND }));
  expect(table.requests()).toEqual({ GetItem: 1, PutItem: 1 });
  expect(recorded).toMatchObject({
    outcome: 'changed',
    change: { revision: 2, at: seen(5).observedAt, fields: { requester: { from: PENDING, to: FOUND } } },
  });
  const kept = await table.ledger.job(running.jobId);
  expect(kept).toMatchObject({ requester: FOUND, observedAt: seen(0).observedAt, changedAt: seen(5).observedAt });
  expect(kept?.changes).toHaveLength(2);
});

test('the same again, from a message that came twice, writes nothing', async () => {
  const running = another();
  await table.ledger.record(running, seen(0));
  const annotations = { requester: FOUND, findings: [finding('stuck', seen(5).observedAt)] };
  await table.ledger.annotate(PROJECT, running.jobId, seen(5), () => annotations);
  table.requests();
  const later = { requester: FOUND, findings: [finding('stuck', seen(9).observedAt)] };
  expect(await table.ledger.annotate(PROJECT, running.jobId, seen(9), () => later)).toMatchObject({ outcome: 'same' });
  expect(await table.ledger.annotate(PROJECT, running.jobId, seen(9), () => ({}))).toMatchObject({ outcome: 'same' });
  expect(table.requests()).toEqual({ GetItem: 2 });
  expect((await table.ledger.job(running.jobId))?.findings).toEqual(annotations.findings);
});

test('two collectors that find the same at the same moment leave one entry', async () => {
  const running = another();
  await table.ledger.record(running, seen(0));
  const annotate = () => table.ledger.annotate(PROJECT, running.jobId, seen(5), () => ({ requester: FOUND }));
  const outcomes = await Promise.all([annotate(), annotate(), annotate()]);
  expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['changed', 'same', 'same']);
  expect((await table.ledger.job(running.jobId))?.changes).toHaveLength(2);
});

test('a job that was read before is annotated in one write, and loses nothing that another version put there', async () => {
  const running = another();
  await table.ledger.record(running, seen(0), false, { requester: PENDING });
  const key = jobKey(PROJECT, running.jobId);
  await table.table.update(key, { set: { ofALaterVersion: 'kept' } }, {});
  const read = await readJob(running.jobId);
  table.requests();
  const recorded = await table.ledger.annotate(PROJECT, running.jobId, seen(5), () => ({ requester: FOUND }), read);
  expect(table.requests()).toEqual({ PutItem: 1 });
  expect(recorded).toMatchObject({ outcome: 'changed', change: { revision: 2, fields: { requester: { to: FOUND } } } });
  expect(await table.table.get(key)).toMatchObject({ ofALaterVersion: 'kept', revision: 2 });
  expect(read).not.toHaveProperty('ofALaterVersion');
});

test('a job that was read before, and written by another since, is read again', async () => {
  const running = another();
  await table.ledger.record(running, seen(0), false, { requester: PENDING });
  const read = await readJob(running.jobId);
  await table.ledger.record(completed(running), seen(1), true);
  table.requests();
  const asked: string[] = [];
  const recorded = await table.ledger.annotate(
    PROJECT,
    running.jobId,
    seen(5),
    ({ status }) => {
      asked.push(status);
      return { requester: FOUND };
    },
    read,
  );
  expect(table.requests()).toEqual({ PutItem: 2, GetItem: 1 });
  expect(asked).toEqual(['RUNNING', 'COMPLETED']);
  expect(recorded.job).toMatchObject({ status: 'COMPLETED', requester: FOUND, revision: 3 });
  expect((await table.ledger.job(running.jobId))?.changes).toHaveLength(3);
});

test('later answers keep what the ledger added, and find more in the same write', async () => {
  const running = another();
  await table.ledger.record(running, seen(0), false, { requester: FOUND, assess: () => [finding('download', 'then')] });
  const assess = ({ findings = [] }: JobSummary) => [...findings, finding('failed', seen(1).observedAt)];
  const { change } = await table.ledger.record(completed(running), seen(1), true, { assess });
  expect(change?.fields.findings).toEqual({ from: ['download'], to: ['download', 'failed'] });
  const kept = await table.ledger.job(running.jobId);
  expect(kept).toMatchObject({ status: 'COMPLETED', requester: FOUND, findings: [{ at: 'then' }, { rule: 'failed' }] });
});

test('findings that are taken back leave their trace in the history', async () => {
  const running = another();
  await table.ledger.record(running, seen(0), false, { assess: () => [finding('download', 'then')] });
  await table.ledger.annotate(PROJECT, running.jobId, seen(1), () => ({ findings: [] }));
  const kept = await table.ledger.job(running.jobId);
  expect(kept?.findings).toBeUndefined();
  expect(kept?.changes.at(-1)?.fields).toEqual({ findings: { from: ['download'], to: [] } });
});

test('a job that the ledger has not got cannot be annotated', async () => {
  const annotated = table.ledger.annotate(PROJECT, idAt('2026-11-20T10:00:00Z', 'nowhere'), seen(0), () => ({}));
  await expect(annotated).rejects.toMatchObject({ code: 'LEDGER_CONFLICT' });
});

test('jobs are found by a finding, alone and with other filters', async () => {
  const projectId = 'b'.repeat(24);
  const jobs = [0, 1, 2, 3].map((n) => job({ projectId, jobId: idAt('2026-10-20T10:00:00Z', `f${n}`) }));
  for (const [n, one] of jobs.entries()) {
    const assess = () =>
      n % 2 === 0 ? [finding('failed', 'then'), finding('slow', 'then')] : [finding('stuck', 'then')];
    await table.ledger.record(one, seen(0), false, { assess });
  }
  const ids = async (query: JobsQuery) => (await table.ledger.jobs(query)).items.map(({ jobId }) => jobId).sort();
  const [slow, stuck] = [0, 1].map((from) =>
    jobs
      .filter((_, n) => n % 2 === from)
      .map(({ jobId }) => jobId)
      .sort(),
  );
  expect(await ids({ projectId, findings: ['slow'] })).toEqual(slow);
  expect(await ids({ projectId, clusterName: 'orders', findings: ['stuck'] })).toEqual(stuck);
  expect(await ids({ projectId, statuses: ['COMPLETED'], findings: ['stuck'] })).toEqual([]);
  expect(await ids({ statuses: ['RUNNING'], findings: ['stuck'] })).toEqual(expect.arrayContaining(stuck ?? []));
});

test("a project's jobs are read whole and counted", async () => {
  const projectId = 'c'.repeat(24);
  const jobs = ['2026-09-01', '2026-09-02', '2026-09-03'].map((day) =>
    job({ projectId, jobId: idAt(`${day}T10:00:00Z`) }),
  );
  for (const one of jobs) await table.ledger.record(one, seen(0));
  const period = { since: '2026-09-02T10:00:00Z', until: '2026-09-03T10:00:00Z' };
  expect((await list(table.ledger.projectJobs(projectId, period))).map(({ jobId }) => jobId)).toEqual([jobs[1]?.jobId]);
  expect(await list(table.ledger.projectJobs(projectId, { since: period.until, until: period.since }))).toEqual([]);
  const [first] = await list(table.ledger.projectJobs(projectId));
  expect(first).toMatchObject({ jobId: jobs[0]?.jobId, atlas: jobs[0]?.atlas, changes: [{ revision: 1 }] });
  expect(await table.ledger.countJobs(projectId)).toBe(3);
});
