import { describe, expect, test } from 'vitest';
import { coverageKey, coveragePartKey, jobKey, projectKey, projectPk } from '../../functions/ledger/table/keys.ts';
import { listOf } from '../../functions/platform/lists/list-of.ts';
import { verifyAll } from '../../functions/proof/verify/verify-all.ts';
import { HOUR, MINUTE } from '../../local/atlas/base/time.ts';
import { testEngine } from '../ledger/engines.ts';
import { System } from './system.ts';

const engine = testEngine();

/** Two projects, with a restore that failed in the second. */
async function started() {
  const system = await System.start(engine, { projects: 2, clusters: 1, jobs: 2 });
  const { world } = system.atlas;
  const [first, second] = world.projects.map(({ id }) => id) as [string, string];
  const after = (minutes: number) => system.clock.advance(minutes * MINUTE);
  await system.run();
  const since = system.clock.now();
  after(10);
  const clusterName = world.clusters(second).find(({ tier }) => tier !== 'flex' && tier !== 'free')?.name ?? '';
  const { id: jobId } = world.startRestore({
    ...{ projectId: second, clusterName, kind: 'dedicated', durationMs: 1_000, outcome: 'failed' },
  });
  after(10);
  const until = system.clock.now();
  after(10);
  await system.run({ full: true });
  after(1);
  const evidence = system.claim.bind(system);
  const claim = (verify = false) => evidence(since, until, { verify });
  expect((await claim(true)).verdict.state).toBe('complete');
  return Object.assign(system, { first, second, jobId, clusterName, since, until, after, claim, evidence, world });
}

describe('a job that something else has changed', () => {
  test('makes the evidence incomplete by name, is put back by a full reading, and its history says so', async () => {
    await using system = await started();
    const key = jobKey(system.second, system.jobId);
    await system.forge(key, (item) => Object.assign(item, { status: 'COMPLETED' }));
    const { verdict, gaps, integrity } = await system.claim(true);
    expect([verdict.state, verdict.complete, integrity?.unbroken]).toEqual(['incomplete', false, false]);
    const named = { projectId: system.second, reason: 'record-differs', text: expect.stringContaining(system.jobId) };
    expect(gaps).toMatchObject([named, named]);
    // Of what it shows, it is sure in any case.
    expect((await system.claim()).gaps).toMatchObject([named]);
    system.after(10);
    await system.run({ full: true });
    const job = await system.ledger.job(system.jobId);
    expect(job?.status).toBe('FAILED');
    expect(job?.changes.at(-1)).toMatchObject({
      repaired: true,
      fields: { status: { from: 'COMPLETED', to: 'FAILED' } },
    });
    expect((await system.claim(true)).verdict.state).toBe('complete');
    // Once: nothing is written where nothing differs.
    system.after(10);
    const { parts } = await system.run({ full: true });
    expect(parts.map(({ counts }) => counts.jobsChanged)).toEqual([0, 0]);
  });

  test('without what its history stands for is read again and stays broken', async () => {
    await using system = await started();
    await system.forge(jobKey(system.second, system.jobId), (item) => {
      item.status = 'COMPLETED';
      delete item.changes;
    });
    expect(await system.verify()).toMatchObject({ unbroken: false });
    system.after(10);
    await system.run({ full: true });
    const job = await system.ledger.job(system.jobId);
    expect([job?.status, job?.changes[0]?.repaired]).toEqual(['FAILED', true]);
    expect(await system.verify()).toMatchObject({ unbroken: false });
  });

  test.each(['feed', 'feedKey', 'cluster', 'findingRules'])(
    'so that lists leave it out or show it elsewhere, by its %s, is named',
    async (field) => {
      await using system = await started();
      await system.forge(jobKey(system.second, system.jobId), (item) => {
        if (field.startsWith('feed')) delete item[field];
        else item[field] = field === 'cluster' ? `${system.first}#elsewhere` : [];
      });
      const { unbroken, results } = await system.verify();
      expect(unbroken).toBe(false);
      const breaks = results.flatMap((result) => result.breaks);
      expect(breaks).toContainEqual({
        jobId: system.jobId,
        problem: expect.stringMatching(new RegExp(`^its item has the wrong ${field}.*: lists leave the job out`)),
      });
      const some = verifyAll(system.ledger, { projectIds: [system.second], progress: { show: () => {} } });
      expect((await listOf(some))[0]?.breaks).toEqual(expect.arrayContaining(breaks));
      expect((await system.claim(true)).verdict.state).toBe('incomplete');
      if (!field.startsWith('feed')) return;
      // What the index over all projects doesn't show is missed without --verify, too.
      expect((await system.claim()).gaps).toContainEqual(
        expect.objectContaining({ projectId: system.second, text: expect.stringContaining('its index shows') }),
      );
    },
  );

  test('is not made good by an entry that only adds to it', async () => {
    await using system = await started();
    await system.forge(jobKey(system.second, system.jobId), (item) => Object.assign(item, { status: 'COMPLETED' }));
    const sighting = { runId: 'f'.repeat(24), observedAt: new Date(system.clock.now()).toISOString() };
    await system.ledger.annotate(system.second, system.jobId, sighting, () => ({ requester: { reason: 'none' } }));
    expect((await system.ledger.job(system.jobId))?.requester).toEqual({ reason: 'none' });
    expect(await system.verify()).toMatchObject({ unbroken: false });
    await system.ledger.markVanished(system.second, system.jobId, sighting);
    expect(await system.verify()).toMatchObject({ unbroken: false });
  });

  test('loses what the ledger had found out where that was changed too, and is looked into again', async () => {
    await using system = await started();
    const forged = { reason: 'unknown' };
    await system.forge(jobKey(system.second, system.jobId), (item) => Object.assign(item, { requester: forged }));
    expect(await system.verify()).toMatchObject({ unbroken: false });
    system.after(10);
    await system.run({ full: true });
    expect((await system.ledger.job(system.jobId))?.requester).not.toEqual(forged);
    expect(await system.verify()).toMatchObject({ unbroken: true });
  });
});

describe('a project whose items were taken away', () => {
  const forgetJobs = async (system: Awaited<ReturnType<typeof started>>) => {
    for (const { projectId, jobId } of (await system.recorded()).values()) {
      if (projectId === system.second) await system.forget(jobKey(projectId, jobId));
    }
  };

  test('is a gap by its name with each of them, and begun anew by the next run', async () => {
    await using system = await started();
    await forgetJobs(system);
    expect((await system.claim()).verdict.state).toBe('incomplete');
    await system.forget(coverageKey(system.second));
    expect((await system.claim()).verdict.state).toBe('incomplete');
    await system.forget(projectKey(system.second));
    const [, { name } = { name: '' }] = system.world.projects;
    const { verdict, gaps } = await system.claim();
    expect(verdict.state).toBe('incomplete');
    expect(gaps).toMatchObject([{ projectId: system.second, projectName: name, reason: 'record-differs' }]);
    expect(await system.verify()).toMatchObject({ unbroken: false, breakCount: 1 });

    system.after(10);
    await system.run({ full: true });
    system.after(1);
    expect((await system.recorded()).has(system.jobId)).toBe(true);
    // Of the time before nothing is known any more, and that is said.
    expect((await system.claim()).gaps).toContainEqual(
      expect.objectContaining({ projectId: system.second, text: expect.stringContaining('begun anew') }),
    );
    expect(await system.verify()).toMatchObject({ unbroken: true, verified: false });
    const later = system.clock.now();
    system.after(60);
    await system.run({ full: true });
    system.after(1);
    expect((await system.claim(true)).verdict.state).toBe('incomplete');
    expect((await system.evidence(later, later + 30 * MINUTE)).verdict.state).toBe('complete');
  });

  test('and that is out of sight, stays a failure of each run', async () => {
    await using system = await started();
    system.world.hideProject(system.second);
    await system.run();
    await system.forget(projectKey(system.second));
    system.after(10);
    const { run } = await system.run({ full: true });
    expect(run).toMatchObject({
      status: 'incomplete',
      failures: [{ code: 'PROJECT_NOT_VISIBLE', projectId: system.second }],
    });
    expect((await system.claim()).verdict.state).toBe('incomplete');
  });
});

test('an archived cluster that was taken away is a gap, and a break', async () => {
  await using system = await started();
  const at = { projectId: system.second, clusterName: system.clusterName };
  const id = system.world.cluster(at)?.id ?? '';
  system.world.deleteCluster(at);
  for (let days = 0; days < 10; days++) {
    system.after(24 * 60);
    await system.run();
  }
  const key = { pk: projectPk(system.second), sk: `COVERAGE#${system.clusterName}#${id}` };
  const before = await system.evidence(system.since, system.until + HOUR);
  await system.forget(key);
  const after = await system.evidence(system.since, system.until + HOUR);
  expect(after.gaps.length).toBeGreaterThan(0);
  expect(before.gaps).not.toContainEqual(expect.objectContaining({ reason: 'record-differs' }));
  expect(after.gaps).toContainEqual(
    expect.objectContaining({ reason: 'record-differs', text: expect.stringContaining('1 clusters of the project') }),
  );
  expect(await system.verify()).toMatchObject({ unbroken: false });
}, 120_000);

test('a coverage that lost one of its parts counts as lost: it is named, begun anew, and the run goes on', async () => {
  await using system = await started();
  const stored = await system.ledger.coverage(system.second);
  const [template] = Object.values(stored?.clusters ?? {});
  if (!stored || !template) throw new Error('it was read');
  const many = Array.from({ length: 2_500 }, (_, n) => {
    const clusterId = `${(0x6a000000 + n).toString(16)}e9249f22f93cf201`;
    return [`c${n}`, { ...template, clusterName: `c${n}`, clusterId }];
  });
  await system.ledger.saveCoverage(
    system.second,
    () => ({ ...stored, clusters: { ...stored.clusters, ...Object.fromEntries(many) } }),
    stored,
  );
  for (const slot of ['A', 'B'] as const) await system.forget(coveragePartKey(system.second, slot, 1));
  expect(await system.ledger.coverage(system.second)).toBeUndefined();
  expect((await system.claim()).gaps).toContainEqual(
    expect.objectContaining({ projectId: system.second, reason: 'record-differs' }),
  );
  system.after(10);
  const { run } = await system.run({ full: true });
  expect(run.status).toBe('complete');
  expect(await system.ledger.coverage(system.second)).toMatchObject({ restartedAt: expect.any(String) });
  expect(await system.verify()).toMatchObject({ unbroken: true, verified: false });
}, 120_000);

test('a cluster that another has replaced is said to be gone, not to wait for a reading', async () => {
  await using system = await started();
  const at = { projectId: system.second, clusterName: system.clusterName };
  system.world.startRestore({ ...at, kind: 'dedicated', durationMs: 1_000 });
  system.after(2);
  const until = system.clock.now();
  system.world.deleteCluster(at);
  system.after(1);
  system.world.addCluster(at);
  system.after(10);
  await system.run({ full: true });
  system.after(1);
  const { gaps } = await system.evidence(system.since, until);
  expect(gaps.map(({ reason }) => reason)).toEqual(['gone', 'gone']);
  for (const { text, action } of gaps) {
    expect(text).toContain('can’t be read any more'.replace('’', "'"));
    expect(action).toBeUndefined();
  }
});
