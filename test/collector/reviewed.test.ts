import { describe, expect, test } from 'vitest';
import type { Atlas } from '../../functions/atlas/model/atlas.ts';
import { AtlasError } from '../../functions/atlas/model/errors.ts';
import { collectProject } from '../../functions/collector/project/collect-project.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { drillState } from '../../functions/proof/drill-state.ts';
import { DEFAULT_RULES, type Rules } from '../../functions/restore/rules/rules.ts';
import { DAY, HOUR, MINUTE } from '../../local/atlas/base/time.ts';
import { testEngine } from '../ledger/engines.ts';
import { verified } from '../ledger/jobs.ts';
import { System } from './system.ts';

const engine = testEngine();

async function world(options = {}) {
  const system = await System.start(engine, { projects: 1, clusters: 1, jobs: 0, ...options });
  const [{ id: projectId, name: projectName } = { id: '', name: '' }] = system.atlas.world.projects;
  const at = { projectId, clusterName: 'Cluster0', kind: 'dedicated' as const };
  const runWith = (rules: Partial<Rules> = {}) => system.run({}, {}, { rules: { ...DEFAULT_RULES, ...rules } });
  const collect = (runId: string, parts = {}, options = {}) => {
    const ports = { ledger: system.ledger, log: silentLog, now: () => system.clock.now(), timeLeftMs: () => 1e9 };
    const atlas = system.client.within(() => 1e9);
    return collectProject({ runId, projectId, projectName, accounts: [], ...parts }, { ...ports, atlas }, options);
  };
  const coverage = async () => (await system.ledger.coverage(projectId)) ?? expect.unreachable();
  return Object.assign(system, { projectId, at, runWith, collect, coverage });
}

describe('the number of recorded jobs', () => {
  test('is never more than there are, when two first runs overlap', async () => {
    await using system = await world({ clusters: 3, jobs: 12 });
    await Promise.all([system.collect('a'.repeat(24)), system.collect('b'.repeat(24))]);
    const { jobs, recorded, breaks } = await verified(system.ledger, system.projectId);
    expect({ recorded, breaks }).toEqual({ recorded: jobs, breaks: [] });
  });
});

describe('drills', () => {
  const oldWorld = async () => {
    const system = await world();
    system.clock.advance(400 * DAY);
    return system;
  };

  test('of a cluster whose lists were not read are not called overdue', async () => {
    await using system = await oldWorld();
    system.atlas.faults.add({ when: { kind: 'dedicated' }, fault: { type: 'status', status: 500 } });
    await system.runWith();
    expect((await system.coverage()).clusters.Cluster0?.drill).toBeUndefined();
    system.atlas.faults.clear();
    system.clock.advance(MINUTE);
    await system.runWith();
    expect((await system.coverage()).clusters.Cluster0?.drill).toMatchObject({ overdueAt: expect.any(String) });
  });

  test('of a deleted cluster are not expected, whether or not its backups are kept', async () => {
    await using system = await oldWorld();
    system.atlas.world.deleteCluster({ ...system.at, retainBackups: true });
    await system.runWith();
    expect((await system.coverage()).clusters.Cluster0).toMatchObject({ deleted: true });
    expect((await system.coverage()).clusters.Cluster0?.drill).toBeUndefined();
  });

  test('of a cluster that is gone keep what was asked last, for reports of the time when it was there', async () => {
    await using system = await oldWorld();
    await system.runWith();
    const { drill } = (await system.coverage()).clusters.Cluster0 ?? {};
    expect(drill).toMatchObject({ days: 365, overdueAt: expect.any(String) });
    system.atlas.world.deleteCluster(system.at);
    for (let runs = 0; runs < 2; runs++) {
      system.clock.advance(2 * HOUR);
      await system.runWith();
    }
    const gone = (await system.coverage()).clusters.Cluster0;
    expect(gone).toMatchObject({ goneAt: expect.any(String), drill: { days: 365, dueAt: drill?.dueAt } });
    expect(gone?.drill).not.toHaveProperty('overdueAt');
    expect(gone && drillState(gone, new Date(system.clock.now()))).toMatchObject({ state: 'none' });
  });

  test('of a cluster made anew begin anew, and what was known of the former one is kept', async () => {
    await using system = await oldWorld();
    system.atlas.world.startRestore({ ...system.at, durationMs: MINUTE });
    system.clock.advance(10 * MINUTE);
    await system.runWith();
    const former = (await system.coverage()).clusters.Cluster0;
    expect(former?.lists.dedicated?.lastCompleted).toBeDefined();
    system.atlas.world.deleteCluster(system.at);
    system.clock.advance(DAY);
    system.atlas.world.addCluster(system.at);
    await system.runWith();
    const anew = (await system.coverage()).clusters.Cluster0;
    expect(anew?.clusterId).not.toBe(former?.clusterId);
    expect(anew?.lists.dedicated?.lastCompleted).toBeUndefined();
    expect(anew?.drill).toEqual({ days: 365, dueAt: new Date(system.clock.now() + 365 * DAY).toISOString() });
    const archived = [];
    for await (const cluster of system.ledger.archivedClusters(system.projectId)) archived.push(cluster);
    expect(archived).toMatchObject([{ clusterId: former?.clusterId, goneAt: expect.any(String) }]);
  });

  test('of a cluster made anew are not met by a restore of the former one’s backup, which goes by the same name', async () => {
    await using system = await oldWorld();
    system.atlas.world.deleteCluster(system.at);
    system.atlas.world.addCluster(system.at);
    const dueAt = new Date(system.clock.now() + 365 * DAY).toISOString();
    const made = system.clock.now();
    const drillAfter = async (ms: number, snapshot = {}) => {
      system.clock.advance(ms);
      const job = system.atlas.world.startRestore({ ...system.at, durationMs: MINUTE, ...snapshot });
      system.clock.advance(10 * MINUTE);
      await system.runWith();
      const { lists: { dedicated } = {}, drill } = (await system.coverage()).clusters.Cluster0 ?? {};
      return { job: await system.ledger.job(job.id), last: dedicated?.lastCompleted?.jobId, drill };
    };
    const first = await drillAfter(MINUTE, { snapshotAt: made - HOUR });
    expect(first.job).toMatchObject({ status: 'COMPLETED', snapshotAt: new Date(made - HOUR).toISOString() });
    expect([first.last, first.drill]).toEqual([undefined, { days: 365, dueAt }]);
    const own = await drillAfter(2 * DAY);
    expect([own.last, String(own.drill?.dueAt) > dueAt]).toEqual([own.job?.jobId, true]);
  });
});

test.each([403, 404, 500])('projects that cannot be listed (%i) cost a name, not the record', async (status) => {
  await using system = await world();
  await system.runWith();
  const target = 'f'.repeat(24);
  const job = system.atlas.world.startRestore({ ...system.at, targetProjectId: target, durationMs: HOUR });
  system.clock.advance(MINUTE);
  const atlas: Atlas = Object.assign(
    system.client.within(() => 1e9),
    {
      projects: () => {
        throw new AtlasError('ATLAS_FORBIDDEN', `GET /groups answered ${status}`);
      },
    },
  );
  const ports = { atlas, ledger: system.ledger, log: silentLog, now: () => system.clock.now(), timeLeftMs: () => 1e9 };
  const task = { runId: 'c'.repeat(24), projectId: system.projectId, projectName: 'here', accounts: [] };
  expect((await collectProject(task, ports)).part).toMatchObject({ status: 'complete', counts: { jobsNew: 1 } });
  const { findings } = (await system.ledger.job(job.id)) ?? {};
  expect(findings).toEqual([expect.objectContaining({ rule: 'cross-project', why: expect.stringContaining(target) })]);
});

test('a job that is stuck costs no list of projects', async () => {
  await using system = await world();
  await system.runWith();
  const job = system.atlas.world.startRestore({ ...system.at, targetProjectId: 'f'.repeat(24), durationMs: 30 * DAY });
  await system.runWith();
  system.clock.advance(HOUR);
  await system.runWith(); // who asked is settled
  system.clock.advance(13 * HOUR);
  system.atlas.requests.length = 0;
  await system.collect('d'.repeat(24));
  await system.collect('e'.repeat(24));
  expect(system.atlas.requests.filter(({ path }) => path.endsWith('/groups'))).toEqual([]);
  expect((await system.ledger.job(job.id))?.findings?.map(({ rule }) => rule)).toEqual(['cross-project', 'stuck']);
});

test('a finding that other rules make more severe is recorded as such, once', async () => {
  await using system = await world({ projects: 2 });
  const other = system.atlas.world.projects.find(({ id }) => id !== system.projectId);
  await system.runWith();
  const target = { targetProjectId: other?.id ?? '', durationMs: 10 * DAY };
  const job = system.atlas.world.startRestore({ ...system.at, ...target });
  await system.runWith();
  const severity = async () => (await system.ledger.job(job.id))?.findings?.map((finding) => finding.severity);
  expect(await severity()).toEqual(['warning']);
  const rules = { allowedDirections: ['nowhere -> nowhere'] };
  await system.runWith(rules);
  await system.runWith(rules);
  expect(await severity()).toEqual(['critical']);
  const raised = (await system.ledger.job(job.id))?.changes.filter(({ fields }) => fields.findings);
  expect(raised?.map(({ fields }) => fields.findings)).toEqual([
    { to: ['cross-project'] },
    { from: ['cross-project:warning'], to: ['cross-project:critical'] },
  ]);
});

test('other rules reach the open jobs of a list that failed when they came', async () => {
  await using system = await world();
  const job = system.atlas.world.startRestore({ ...system.at, durationMs: 10 * DAY });
  await system.runWith();
  const rules = { protectedTargets: ['*/Cluster0'] };
  const mended = system.atlas.faults.add({ when: { kind: 'dedicated' }, fault: { type: 'status', status: 500 } });
  await system.runWith(rules);
  mended();
  system.clock.advance(MINUTE);
  await system.runWith(rules);
  expect((await system.ledger.job(job.id))?.findings).toMatchObject([{ rule: 'protected-target' }]);
});

test('events that fail for long are asked for less and less, and nobody waits for them as pending', async () => {
  await using system = await world({ clusters: 2 });
  await system.runWith();
  system.atlas.faults.add({ when: { kind: 'events' }, fault: { type: 'wrongJson' } });
  const job = system.atlas.world.startRestore({ ...system.at, durationMs: 30 * DAY });
  const reads = [];
  for (let minute = 0; minute < 12 * 60; minute += 5) {
    system.clock.advance(5 * MINUTE);
    const before = system.atlas.requests.length;
    await system.collect('f'.repeat(24));
    if (system.atlas.requests.slice(before).some(({ path }) => path.endsWith('/events'))) reads.push(minute);
  }
  expect(reads.length).toBeLessThan(12);
  expect((await system.ledger.job(job.id))?.requester).toEqual({ reason: 'not-read', detail: 'ATLAS_BAD_ANSWER' });
  system.atlas.faults.clear();
  system.clock.advance(6 * HOUR);
  await system.collect('f'.repeat(24));
  expect((await system.ledger.job(job.id))?.requester).toMatchObject({ grade: 'strong' });
});

test('empty pages of events end after as many as are read at most', async () => {
  await using system = await world();
  await system.runWith();
  const job = system.atlas.world.startRestore({ ...system.at, durationMs: HOUR });
  system.clock.advance(MINUTE);
  let pages = 0;
  async function* events() {
    for (; pages < 1_000; pages++) yield [];
  }
  const atlas: Atlas = Object.assign(
    system.client.within(() => 1e9),
    { events },
  );
  const ports = { atlas, ledger: system.ledger, log: silentLog, now: () => system.clock.now(), timeLeftMs: () => 1e9 };
  await collectProject(
    { runId: 'c'.repeat(24), projectId: system.projectId, projectName: 'here', accounts: [] },
    ports,
  );
  expect(pages).toBeLessThan(50);
  expect((await system.ledger.job(job.id))?.requester).toMatchObject({ reason: 'not-read', detail: 'TOO_MANY_EVENTS' });
});

test('the coverage of a project of 250 clusters with a long past fits into its item', async () => {
  await using system = await world();
  await system.runWith();
  const coverage = await system.coverage();
  const cluster = coverage.clusters.Cluster0 ?? expect.unreachable();
  const durations = Array.from({ length: 50 }, (_, n) => 1_000 + n);
  const list = { ...cluster.lists.dedicated, durations } as NonNullable<typeof cluster.lists.dedicated>;
  const clusters = Object.fromEntries(
    Array.from({ length: 250 }, (_, n) => [
      `cluster-${n}`,
      { ...cluster, lists: { dedicated: list, collection: list } },
    ]),
  );
  await expect(
    system.ledger.saveCoverage(system.projectId, () => ({ ...coverage, clusters }), coverage),
  ).resolves.toBeDefined();
});
