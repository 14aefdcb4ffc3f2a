import { describe, expect, test } from 'vitest';
import { jobKey } from '../../functions/ledger/table/keys.ts';
import { DEFAULT_RULES, type Rules } from '../../functions/restore/rules/rules.ts';
import { DAY, HOUR, MINUTE } from '../../local/atlas/base/time.ts';
import { testEngine } from '../ledger/engines.ts';
import { verified } from '../ledger/jobs.ts';
import { System } from './system.ts';

const engine = testEngine();

async function quiet(clusters = 1, projects = 1, dateAheadMs = 0) {
  const system = await System.start(engine, { projects, clusters, jobs: 0, dateAheadMs });
  const [project, other] = system.atlas.world.projects;
  const projectId = project?.id ?? '';
  const at = { projectId, clusterName: 'Cluster0', kind: 'dedicated' as const };
  const run = async (rules: Partial<Rules> = {}) =>
    (await system.run({}, {}, { rules: { ...DEFAULT_RULES, ...rules } })).run;
  const rulesOf = async (id: string) => ((await system.ledger.job(id))?.findings ?? []).map(({ rule }) => rule);
  await run();
  system.clock.advance(MINUTE);
  return Object.assign(system, { at, other, runWith: run, rulesOf, projectId });
}

const eventRequests = ({ atlas }: System) => atlas.requests.filter(({ path }) => path.endsWith('/events')).length;

describe('a first reading', () => {
  test('marks what it finds, also of requesters, and counts it; later readings do not', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 2, jobs: 0 });
    const [project] = system.atlas.world.projects;
    const at = { projectId: project?.id ?? '', clusterName: 'Cluster0', kind: 'dedicated' as const };
    const rules = { ...DEFAULT_RULES, expectedRequesters: ['nobody'], drillDays: 0 };
    const old = system.atlas.world.startRestore({ ...at, delivery: 'download', actor: 'ada', durationMs: MINUTE });
    system.clock.advance(MINUTE);
    const { run } = await system.run({}, {}, { rules });
    expect(run.counts).toMatchObject({ listsRead: 3, firstLists: 3, findings: 2, firstFindings: 2, firstOverdue: 0 });
    const { changes = [] } = (await system.ledger.job(old.id)) ?? {};
    expect(changes.map(({ firstReading, fields }) => [firstReading, fields.findings?.to])).toEqual([
      [true, ['download']],
      [true, ['download', 'requester-not-listed']],
    ]);

    const late = system.atlas.world.startRestore({ ...at, delivery: 'download', durationMs: MINUTE });
    system.clock.advance(MINUTE);
    expect((await system.run({}, {}, { rules })).run.counts).toMatchObject({ firstLists: 0, firstFindings: 0 });
    const of = async (id: string) => (await system.ledger.job(id))?.changes ?? [];
    expect((await of(late.id)).filter(({ firstReading }) => firstReading)).toEqual([]);
    expect(await of(old.id)).toEqual(changes);
    expect((await verified(system.ledger, at.projectId)).breaks).toEqual([]);
  });

  test('is one until a reading of the list was completed', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 0 });
    const projectId = system.atlas.world.projects[0]?.id ?? '';
    const at = { projectId, clusterName: 'Cluster0', kind: 'dedicated' as const };
    const { id } = system.atlas.world.startRestore({ ...at, delivery: 'download', durationMs: MINUTE });
    const mend = system.atlas.faults.add({ when: at, fault: { type: 'status', status: 403 } });
    expect((await system.run()).run.counts).toMatchObject({ firstFindings: 0 });
    mend();
    system.clock.advance(MINUTE);
    expect((await system.run()).run.counts).toMatchObject({ firstLists: 1, firstFindings: 1 });
    expect((await system.ledger.job(id))?.changes[0]).toMatchObject({ firstReading: true });
  });

  test('counts the drills that were overdue before anybody looked, once', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 3, jobs: 0 });
    system.clock.advance(2 * DAY);
    const rules = { ...DEFAULT_RULES, drillDays: 1 };
    expect((await system.run({}, {}, { rules })).run.counts).toMatchObject({ firstOverdue: 3 });
    expect((await system.run({}, {}, { rules })).run.counts).toMatchObject({ firstOverdue: 0 });
  });
});

describe('objectives', () => {
  const objectives = ['*/* = rto 10m'];

  test('are missed by an open restore at the reading after, once, and stay so when it has ended', async () => {
    await using system = await quiet();
    const { id } = system.atlas.world.startRestore({ ...system.at, durationMs: HOUR });
    await system.runWith({ objectives });
    expect(await system.rulesOf(id)).toEqual([]);
    system.clock.advance(11 * MINUTE);
    expect((await system.runWith({ objectives })).counts).toMatchObject({ findings: 1 });
    expect(await system.rulesOf(id)).toEqual(['rto-missed']);
    expect((await system.runWith({ objectives })).counts).toMatchObject({ findings: 0 });
    system.clock.advance(HOUR);
    await system.runWith({ objectives });
    const { findings = [], status } = (await system.ledger.job(id)) ?? {};
    expect([status, findings.map(({ why }) => why)]).toEqual([
      'COMPLETED',
      [expect.stringContaining('has been under way for 11 min 00 s')],
    ]);
    expect((await verified(system.ledger, system.projectId)).breaks).toEqual([]);
  });

  test('that are set while a restore runs are looked at again; and the coverage keeps of which moment its data was', async () => {
    await using system = await quiet();
    const { id } = system.atlas.world.startRestore({ ...system.at, delivery: 'pointInTime', durationMs: HOUR });
    await system.runWith();
    system.clock.advance(11 * MINUTE);
    await system.runWith({ objectives });
    expect(await system.rulesOf(id)).toEqual(['rto-missed']);
    system.clock.advance(HOUR);
    await system.runWith({ objectives });
    const { pointInTime } = (await system.ledger.job(id)) ?? {};
    const { clusters = {} } = (await system.ledger.coverage(system.projectId)) ?? {};
    expect(pointInTime).toBeDefined();
    expect(clusters.Cluster0?.lists.dedicated?.lastCompleted).toMatchObject({ jobId: id, dataAt: pointInTime });
  });

  test('missed before the first reading are marked as found by it', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 0 });
    const at = {
      projectId: system.atlas.world.projects[0]?.id ?? '',
      clusterName: 'Cluster0',
      kind: 'dedicated' as const,
    };
    const { id } = system.atlas.world.startRestore({ ...at, durationMs: HOUR });
    system.clock.advance(2 * HOUR);
    const { run } = await system.run({}, {}, { rules: { ...DEFAULT_RULES, objectives, drillDays: 0 } });
    expect(run.counts).toMatchObject({ findings: 1, firstFindings: 1 });
    expect((await system.ledger.job(id))?.changes[0]).toMatchObject({ firstReading: true });
  });
});

describe('findings', () => {
  test('come with the job that they are about, and are counted in the run', async () => {
    await using system = await quiet();
    const job = system.atlas.world.startRestore({ ...system.at, delivery: 'download', durationMs: MINUTE });
    const { counts } = await system.runWith();
    expect(counts).toMatchObject({ jobsNew: 1, findings: 1, jobsBackfilled: 0 });
    const { findings, changes, observedAt } = (await system.ledger.job(job.id)) ?? {};
    expect(findings).toEqual([
      { rule: 'download', severity: 'warning', at: observedAt, why: expect.stringContaining('Cluster0') },
    ]);
    expect(changes?.[0]).toMatchObject({ revision: 1, fields: { findings: { to: ['download'] } } });
  });

  test('a restore into another project is named by its name; into one that nobody here can see, it is critical', async () => {
    await using system = await quiet(1, 2);
    const { world } = system.atlas;
    const known = world.startRestore({ ...system.at, targetProjectId: system.other?.id ?? '', durationMs: HOUR });
    const unknown = world.startRestore({ ...system.at, targetProjectId: 'f'.repeat(24), durationMs: HOUR });
    await system.runWith();
    const [one, two] = await Promise.all([known, unknown].map(({ id }) => system.ledger.job(id)));
    const named = {
      rule: 'cross-project',
      severity: 'warning',
      why: expect.stringContaining(system.other?.name ?? ''),
    };
    expect(one?.findings).toEqual([expect.objectContaining(named)]);
    expect(two?.findings).toEqual([expect.objectContaining({ rule: 'cross-project', severity: 'critical' })]);
  });

  test('an allowed direction is none', async () => {
    await using system = await quiet(1, 2);
    const target = { targetProjectId: system.other?.id ?? '' };
    const job = system.atlas.world.startRestore({ ...system.at, ...target, durationMs: HOUR });
    await system.runWith({ allowedDirections: [`* -> ${system.other?.name}`] });
    expect(await system.rulesOf(job.id)).toEqual([]);
  });

  test('a restore that does not end is found stuck once, by time alone, and stays so', async () => {
    await using system = await quiet();
    const job = system.atlas.world.startRestore({ ...system.at, durationMs: 20 * HOUR });
    await system.runWith();
    system.clock.advance(11 * HOUR);
    await system.runWith();
    expect(await system.rulesOf(job.id)).toEqual([]);
    const [asked, revision] = [eventRequests(system), (await system.ledger.job(job.id))?.revision ?? 0];
    system.clock.advance(2 * HOUR);
    expect((await system.runWith()).counts?.findings).toBe(1);
    expect((await system.runWith()).counts?.findings).toBe(0);
    expect(eventRequests(system)).toBe(asked);
    expect(await system.ledger.job(job.id)).toMatchObject({ revision: revision + 1, findings: [{ rule: 'stuck' }] });
    system.clock.advance(8 * HOUR);
    await system.runWith();
    expect(await system.ledger.job(job.id)).toMatchObject({ status: 'COMPLETED', findings: [{ rule: 'stuck' }] });
  });

  test("slow is what takes longer than the cluster's own past", async () => {
    await using system = await quiet();
    for (let n = 0; n < 12; n += 1) {
      system.atlas.world.startRestore({ ...system.at, durationMs: 5 * MINUTE });
      system.clock.advance(10 * MINUTE);
    }
    await system.runWith();
    const job = system.atlas.world.startRestore({ ...system.at, durationMs: HOUR });
    system.clock.advance(10 * MINUTE);
    await system.runWith();
    expect(await system.rulesOf(job.id)).toEqual([]);
    system.clock.advance(10 * MINUTE);
    await system.runWith();
    expect((await system.ledger.job(job.id))?.findings).toMatchObject([{ rule: 'slow', severity: 'info' }]);
  });

  test('other rules are held against open jobs at once, against settled ones never by themselves', async () => {
    await using system = await quiet();
    const { world } = system.atlas;
    const settled = world.startRestore({ ...system.at, durationMs: MINUTE });
    const open = world.startRestore({ ...system.at, durationMs: 5 * HOUR });
    system.clock.advance(30 * MINUTE);
    const protectedTargets = ['*/Cluster0'];
    await system.runWith({ protectedTargets });
    expect(await system.rulesOf(open.id)).toEqual(['protected-target']);
    system.clock.advance(30 * MINUTE);
    await system.runWith();
    expect(await system.rulesOf(open.id)).toEqual([]);
    expect(await system.rulesOf(settled.id)).toEqual(['protected-target']);
    system.clock.advance(30 * MINUTE);
    await system.runWith({ protectedTargets });
    expect(await system.rulesOf(open.id)).toEqual(['protected-target']);
    expect((await system.ledger.job(open.id))?.changes.map(({ fields }) => fields.findings?.to)).toEqual(
      expect.arrayContaining([['protected-target'], [], ['protected-target']]),
    );
  });

  test('of a first reading are recorded, and its jobs counted as old', async () => {
    await using system = await System.start(engine, { projects: 2, clusters: 3, jobs: 30 });
    const { run } = await system.run();
    const recorded = [...(await system.recorded()).values()];
    const old = recorded.filter(
      ({ status, finishedAt, requestedAt }) =>
        !['PENDING', 'RUNNING', 'READY'].includes(status) &&
        system.clock.now() - Date.parse(finishedAt ?? requestedAt) > DAY,
    );
    expect(old.length).toBeGreaterThan(50);
    expect(run.counts).toMatchObject({
      jobsNew: recorded.length,
      jobsBackfilled: old.length,
      findings: recorded.reduce((sum, { findings = [] }) => sum + findings.length, 0),
    });
    expect(run.counts?.findings).toBeGreaterThan(20);
  });
});

describe('drills', () => {
  test('a cluster is overdue when its time has passed, and met again by a restore', async () => {
    await using system = await quiet();
    const rules = { drillDays: 7 };
    const drill = async () => (await system.ledger.coverage(system.projectId))?.clusters.Cluster0?.drill;
    system.atlas.world.startRestore({ ...system.at, durationMs: 5 * MINUTE });
    system.clock.advance(10 * MINUTE);
    await system.runWith(rules);
    expect(await drill()).toEqual({ days: 7, dueAt: '2026-11-30T12:06:00.000Z' });
    const completed = (await system.ledger.coverage(system.projectId))?.clusters.Cluster0?.lists.dedicated
      ?.lastCompleted;
    expect(completed).toMatchObject({ durationSeconds: 300, snapshotAt: expect.any(String) });

    system.clock.advance(8 * DAY);
    await system.runWith(rules);
    const overdue = await drill();
    expect(overdue?.overdueAt).toBe(new Date(system.clock.now()).toISOString());
    system.clock.advance(HOUR);
    await system.runWith(rules);
    expect(await drill()).toEqual(overdue);

    system.atlas.world.startRestore({ ...system.at, delivery: 'download', durationMs: MINUTE });
    system.clock.advance(10 * MINUTE);
    await system.runWith(rules);
    expect(await drill()).toEqual(overdue); // a download shows no restore
    system.atlas.world.startRestore({ ...system.at, durationMs: MINUTE });
    system.clock.advance(10 * MINUTE);
    await system.runWith(rules);
    expect(await drill()).not.toHaveProperty('overdueAt');
    await system.runWith({ drillDays: 0 });
    expect(await drill()).toBeUndefined();
  });

  test.each([
    ['ahead', 2 * HOUR, 0],
    ['behind', -2 * HOUR, 2 * HOUR],
  ])('with Atlas’s Date 2 hours %s, a cluster is overdue once both clocks say so', async (_, dateAheadMs, lateMs) => {
    await using system = await quiet(1, 1, dateAheadMs);
    const drill = async () => (await system.ledger.coverage(system.projectId))?.clusters.Cluster0?.drill;
    system.atlas.world.startRestore({ ...system.at, durationMs: 5 * MINUTE });
    system.clock.advance(10 * MINUTE);
    await system.runWith({ drillDays: 7 });
    const dueMs = Date.parse((await drill())?.dueAt ?? '');
    system.clock.advance(dueMs + lateMs - MINUTE - system.clock.now());
    await system.runWith({ drillDays: 7 });
    expect(await drill()).not.toHaveProperty('overdueAt');
    system.clock.advance(2 * MINUTE);
    await system.runWith({ drillDays: 7 });
    expect(await drill()).toMatchObject({ overdueAt: expect.any(String) });
  });
});

describe('the number of recorded jobs', () => {
  test('grows with what is new, and a job that is taken away is missed also after the next full reading', async () => {
    await using system = await quiet();
    const jobs = [1, 2, 3].map(() => system.atlas.world.startRestore({ ...system.at, durationMs: MINUTE }));
    system.clock.advance(HOUR);
    await system.runWith();
    expect((await system.ledger.coverage(system.projectId))?.recorded).toBe(3);
    system.clock.advance(2 * DAY);
    await system.runWith();

    await system.forget(jobKey(system.projectId, jobs[1]?.id ?? ''));
    system.atlas.world.removeJob(system.at, jobs[1]?.id ?? '');
    system.clock.advance(2 * DAY);
    await system.runWith();
    const { breaks, recorded } = await verified(system.ledger, system.projectId);
    expect(recorded).toBe(3);
    expect(breaks).toEqual([{ problem: '1 of 3 restore jobs that were recorded are not in the table any more.' }]);
  });
});
