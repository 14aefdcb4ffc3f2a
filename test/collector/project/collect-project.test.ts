import { describe, expect, test } from 'vitest';
import type { Atlas } from '../../../functions/atlas/model/atlas.ts';
import type { Recorded } from '../../../functions/ledger/model/ledger.ts';
import { DAY, MINUTE } from '../../../local/atlas/base/time.ts';
import type { Fault } from '../../../local/atlas/faults/faults.ts';
import { testEngine } from '../../ledger/engines.ts';
import { System } from '../system.ts';

const engine = testEngine();

const failuresOf = ({ parts }: Awaited<ReturnType<System['run']>>) => parts.flatMap(({ failures }) => failures);

test('a first run records every job of every kind that Atlas lists, and covers every cluster', async () => {
  await using system = await System.start(engine, { serverless: 'alive', deletedClusters: 1 });
  const { run, parts } = await system.run();

  const listed = system.listed();
  const recorded = await system.recorded();
  expect(new Set(recorded.keys())).toEqual(new Set(listed.keys()));
  for (const [id, { kind, clusterName, projectId }] of listed)
    expect(recorded.get(id)).toMatchObject({ kind, clusterName, projectId });
  expect(new Set([...recorded.values()].map(({ kind }) => kind)).size).toBe(4);

  expect(run).toMatchObject({
    status: 'complete',
    projects: 3,
    counts: { jobsNew: listed.size, jobsSeen: listed.size, clustersFailed: 0 },
  });
  expect(parts).toHaveLength(3);
  for await (const { projectId, clusters } of system.ledger.coverages()) {
    for (const cluster of system.atlas.world.clusters(projectId)) {
      const lists = Object.values(clusters[cluster.name]?.lists ?? {});
      expect(lists.length).toBe({ free: 0, flex: 1, serverless: 1, replicaSet: 2, sharded: 2 }[cluster.tier]);
      for (const list of lists)
        expect(list).toMatchObject({ readAt: expect.any(String), fullReadAt: expect.any(String) });
    }
  }
});

test('in a steady state a list costs one Atlas request, a project its three cluster lists, and no job is written', async () => {
  await using system = await System.start(engine, { projects: 2, clusters: 4, jobs: 520 });
  const first = await system.run();
  expect(first.run.counts?.jobsNew).toBeGreaterThan(3_000);

  // Everything that was open has settled, and nothing is younger than the margin for clocks that disagree.
  system.clock.advance(12 * 60 * MINUTE);
  await system.run();
  system.atlas.requests.length = 0;
  system.requests();
  const { run } = await system.run();

  const lists = run.counts?.listsRead ?? 0;
  const paths = system.atlas.requests.filter(({ status }) => status === 200).map(({ path }) => path);
  expect(paths.filter((path) => /restoreJobs$/i.test(path))).toHaveLength(lists);
  expect(new Set(paths).size).toBe(paths.length);
  expect(paths.length).toBe(lists + 2 * 3 + 1);
  expect(run.counts).toMatchObject({ jobsNew: 0, jobsChanged: 0 });
  // Every request is counted, challenges too, in the project that it was made for.
  const inProjects = system.atlas.requests.filter(({ path }) => /groups\/./.test(path));
  expect(run.counts?.atlasRequests).toBe(inProjects.length);
  // Per project: its coverage, its verdicts and what was announced read, its coverage written, its part of the run. Per run: begun, planned, ended, and read once at the end.
  // The scope: the last plan, the known projects and their coverage read; the plan and the scope written. The days that were written
  // to, of which none is left to count, and what is known of the older ones read.
  // Then all coverage is counted: what was counted before, the writers, the scope, the ids, the projects and their verdicts are read. That somebody
  // writes, and no longer does, the totals, and who is left of the writers are written.
  expect(system.requests()).toEqual({ reads: 3 * 2 + 1 + 4 + 2 + 6, writes: 2 * 3 + 3 + 2 + 4 });
});

test('a job is followed from request to end, a revision each change', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 3, jobs: 0 });
  const [{ id: projectId } = { id: '' }] = system.atlas.world.projects;
  const cluster = system.atlas.world.clusters(projectId).find(({ tier }) => tier === 'replicaSet');
  const clusterName = cluster?.name ?? '';
  const job = system.atlas.world.startRestore({
    projectId,
    clusterName,
    kind: 'dedicated',
    delivery: 'download',
    durationMs: 5 * MINUTE,
  });
  for (let minute = 0; minute < 180; minute += 2) {
    await system.run();
    system.clock.advance(2 * MINUTE);
  }
  const recorded = await system.ledger.job(job.id);
  // Between them it becomes known who asked for it.
  const moves = recorded?.changes.filter(({ revision, fields }) => revision === 1 || fields.status);
  expect(moves?.map(({ status }) => status)).toEqual(['RUNNING', 'READY', 'EXPIRED']);
  expect(recorded).toMatchObject({
    status: 'EXPIRED',
    revision: recorded?.changes.length,
    delivery: 'download',
    projectId,
    clusterName,
  });
});

test('a job that Atlas no longer lists keeps its item, marked; one that comes back loses the mark', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 40 });
  await system.run();
  const [{ id: projectId } = { id: '' }] = system.atlas.world.projects;
  const [victim] = system.jobsOf(projectId, 'Cluster0', 'dedicated');
  system.atlas.world.removeJob({ projectId, clusterName: 'Cluster0', kind: 'dedicated' }, victim?.id ?? '');
  system.clock.advance(2 * DAY);

  const { run } = await system.run();
  expect(run.counts).toMatchObject({ jobsVanished: 1, jobsNew: 0 });
  const gone = await system.ledger.job(victim?.id ?? '');
  expect(gone).toMatchObject({ vanishedAt: expect.any(String), status: gone?.status });
  expect(gone?.changes.at(-1)?.fields).toEqual({ vanishedAt: { to: gone?.vanishedAt } });
  expect(gone?.atlas).toMatchObject({ id: victim?.id });

  system.clock.advance(2 * DAY);
  expect((await system.run()).run.counts?.jobsVanished).toBe(0);
});

describe('one cluster that fails leaves all others recorded, and is named', () => {
  const faults: [string, Fault, string][] = [
    ['401', { type: 'status', status: 401, errorCode: 'USER_UNAUTHORIZED' }, 'ATLAS_UNAUTHORIZED'],
    ['403', { type: 'status', status: 403 }, 'ATLAS_FORBIDDEN'],
    ['500', { type: 'status', status: 500 }, 'ATLAS_UNAVAILABLE'],
    ['503', { type: 'status', status: 503 }, 'ATLAS_UNAVAILABLE'],
    ['a cut body', { type: 'cutBody' }, 'ATLAS_BAD_ANSWER'],
    ['wrong JSON', { type: 'wrongJson' }, 'ATLAS_BAD_ANSWER'],
    ['wrong types', { type: 'wrongTypes', what: 'results' }, 'ATLAS_BAD_ANSWER'],
    ['a huge body', { type: 'hugeBody', bytes: Number.POSITIVE_INFINITY }, 'ATLAS_BAD_ANSWER'],
    ['a reset connection', { type: 'reset' }, 'ATLAS_UNAVAILABLE'],
    ['a redirect', { type: 'redirect', to: 'http://127.0.0.1:9/' }, 'ATLAS_REFUSED'],
  ];
  test.each(faults)('%s', async (_, fault, code) => {
    await using system = await System.start(engine, { projects: 2, clusters: 3, jobs: 5 });
    const [{ id: projectId } = { id: '' }] = system.atlas.world.projects;
    system.atlas.faults.add({ when: { projectId, clusterName: 'Cluster0', kind: 'dedicated' }, fault });

    const result = await system.run();
    expect(result.run.status).toBe('incomplete');
    expect(failuresOf(result)).toEqual([
      expect.objectContaining({ clusterName: 'Cluster0', what: 'dedicated restore jobs', code }),
    ]);
    const recorded = await system.recorded();
    for (const [id, job] of system.listed()) {
      expect(recorded.has(id)).toBe(
        !(job.projectId === projectId && job.clusterName === 'Cluster0' && job.kind === 'dedicated'),
      );
    }
    const failing = (await system.ledger.coverage(projectId))?.clusters.Cluster0?.lists.dedicated;
    expect(failing).toMatchObject({ error: { code, since: expect.any(String) } });
    expect(failing?.readAt).toBeUndefined();

    // When it is over, the next run takes what was missed.
    system.atlas.faults.clear();
    system.clock.advance(MINUTE);
    expect((await system.run()).run.status).toBe('complete');
    expect(new Set((await system.recorded()).keys())).toEqual(new Set(system.listed().keys()));
    expect((await system.ledger.coverage(projectId))?.clusters.Cluster0?.lists.dedicated?.error).toBeUndefined();
  });
});

test('one project that fails leaves all others recorded', async () => {
  await using system = await System.start(engine, { projects: 3, clusters: 3, jobs: 5 });
  const [{ id: projectId } = { id: '' }] = system.atlas.world.projects;
  system.atlas.faults.add({ when: { projectId }, fault: { type: 'status', status: 500 } });
  const { run, parts } = await system.run();
  expect(run.status).toBe('incomplete');
  expect(parts.map(({ status }) => status).sort()).toEqual(['complete', 'complete', 'failed']);
  const recorded = await system.recorded();
  for (const [id, job] of system.listed()) expect(recorded.has(id)).toBe(job.projectId !== projectId);
});

test('jobs that do not fit are named in the coverage, and the rest goes on', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 2, jobs: 10 });
  const [{ id: projectId } = { id: '' }] = system.atlas.world.projects;
  system.atlas.faults.add({
    when: { clusterName: 'Cluster0', kind: 'dedicated' },
    fault: { type: 'wrongTypes', what: 'nullItem' },
  });
  const { run } = await system.run();
  expect(run).toMatchObject({ status: 'incomplete', counts: { problems: 1 } });
  const list = (await system.ledger.coverage(projectId))?.clusters.Cluster0?.lists.dedicated;
  expect(list).toMatchObject({
    problemCount: 1,
    problems: [{ field: 'results[]', expected: 'an object', got: 'null' }],
  });
  expect((await system.recorded()).size).toBe(system.listed().size - 1);
});

describe('serverless, as a user can meet it today', () => {
  test('200 with jobs: they are recorded', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 5, serverless: 'alive' });
    expect((await system.run()).run.status).toBe('complete');
    expect([...(await system.recorded()).values()].filter(({ kind }) => kind === 'serverless').length).toBeGreaterThan(
      0,
    );
  });

  test.each(['empty', 'sunset'] as const)(
    'an %s list of instances: no failure, and each run asks',
    async (serverless) => {
      await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 2, serverless });
      expect((await system.run()).run.status).toBe('complete');
      const asked = () =>
        system.atlas.requests.filter(({ path, status }) => path.endsWith('/serverless') && status !== 401).length;
      expect(asked()).toBe(1);
      system.clock.advance(MINUTE);
      await system.run();
      expect(asked()).toBe(2);
    },
  );

  test.each([404, 410])(
    'an instance whose jobs answer %i: doubted, an answer once it is repeated an hour later, and what is known stays',
    async (status) => {
      await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 5, serverless: 'alive' });
      await system.run();
      const known = await system.recorded();
      system.atlas.faults.add({ when: { kind: 'serverless' }, fault: { type: 'status', status } });
      system.clock.advance(2 * DAY);
      const [doubted] = (await system.run()).parts;
      expect(doubted).toMatchObject({ status: 'incomplete', failures: [{ code: 'LIST_CONTRADICTS' }] });
      system.clock.advance(DAY);
      const { run, parts } = await system.run();
      expect(run.status).toBe('complete');
      const [part] = parts;
      const coverage = await system.ledger.coverage(part?.projectId ?? '');
      expect(Object.values(coverage?.clusters ?? {}).flatMap(({ lists }) => lists.serverless ?? [])).toEqual([
        expect.objectContaining({ answer: expect.any(String) }),
      ]);
      for (const [id, job] of known)
        if (job.kind === 'serverless') expect(await system.ledger.job(id)).toMatchObject({ revision: 1 });
    },
  );
});

test('credentials rotated in mid-run: the run goes on with the new ones', async () => {
  await using system = await System.start(engine, { projects: 2, clusters: 4, jobs: 5 });
  let read = 0;
  const source = {
    describe: 'a secret that was rotated',
    read: async () => {
      read += 1;
      return { type: 'apiKey' as const, ...system.atlas.apiKey };
    },
  };
  const { AtlasClient } = await import('../../../functions/atlas/client.ts');
  await using atlas = new AtlasClient({ credentials: source, baseUrl: system.atlas.url, clock: system.clock });
  let lists = 0;
  const onList = () => {
    lists += 1;
    if (lists === 3) system.atlas.rotateCredentials();
  };
  const { run } = await system.run({}, { accounts: [{ name: 'test', atlas }], onList }, { parallelLists: 1 });
  expect(run.status).toBe('complete');
  expect(read).toBe(2);
  expect((await system.recorded()).size).toBe(system.listed().size);
});

test('pages out of order are read to the end; pages that repeat or shift lose and double nothing', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 1_400 });
  const when = { clusterName: 'Cluster0', kind: 'dedicated' as const };
  const remove = system.atlas.faults.add({ when, fault: { type: 'duplicatePages', items: 7 } });
  system.atlas.faults.add({ when, fault: { type: 'shiftingPages' } });
  await system.run();
  remove();
  system.atlas.faults.clear();
  system.clock.advance(MINUTE);
  system.atlas.faults.add({ when, fault: { type: 'notDescending' } });
  const { run } = await system.run();
  expect(run.counts?.jobsSeen).toBeGreaterThan(1_100);
  const recorded = await system.recorded();
  expect(new Set(recorded.keys())).toEqual(new Set(system.listed().keys()));
});

test('a cluster that cannot be understood fails its list, and costs no other cluster', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 4, jobs: 3 });
  system.atlas.faults.add({ when: { path: /\/clusters$/ }, fault: { type: 'wrongTypes', what: 'nullItem' } });
  const { parts } = await system.run();
  expect(parts[0]?.status).toBe('incomplete');
  expect(parts[0]?.failures).toMatchObject([
    { what: 'dedicated clusters', code: 'ATLAS_BAD_ANSWER', message: expect.stringContaining('got null') },
  ]);
  expect(parts[0]?.counts.clusters).toBeGreaterThan(1);
  const coverage = await system.ledger.coverage(parts[0]?.projectId ?? '');
  expect(coverage?.discovery.dedicated?.error?.code).toBe('ATLAS_BAD_ANSWER');
});

test('a project that was renamed does not rewrite its jobs', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 5 });
  await system.run();
  const { client } = system;
  async function* projects() {
    for await (const page of client.projects()) {
      yield { ...page, projects: page.projects.map((project) => ({ ...project, name: 'Another name' })) };
    }
  }
  const { jobPages, clusters, job } = {
    jobPages: client.jobPages.bind(client),
    clusters: client.clusters.bind(client),
    job: client.job.bind(client),
  };
  const events = client.events.bind(client);
  const agreeing = { clockSkewMs: 0, skewReading: { skewMs: 0, agrees: true } };
  const rest = { jobPages, clusters, job, events, principal: undefined, ...agreeing, usage: client.usage };
  const renamed: Atlas = { projects, within: () => renamed, ...rest };
  const { run, parts } = await system.run({ full: true }, { accounts: [{ name: 'test', atlas: renamed }] });
  expect(run.counts).toMatchObject({ jobsChanged: 0, jobsNew: 0 });
  expect((await system.ledger.coverage(parts[0]?.projectId ?? ''))?.projectName).toBe('Another name');
});

test('coverage knows when the newest restore into a cluster was completed', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 2, jobs: 0 });
  const [{ id: projectId } = { id: '' }] = system.atlas.world.projects;
  const at = { projectId, clusterName: 'Cluster0', kind: 'dedicated' as const };
  const lastCompletedAt = async () => {
    await system.run();
    return (await system.ledger.coverage(projectId))?.clusters.Cluster0?.lists.dedicated?.lastCompleted?.finishedAt;
  };
  system.atlas.world.startRestore({ ...at, durationMs: 5 * MINUTE });
  expect(await lastCompletedAt()).toBeUndefined();
  system.clock.advance(6 * MINUTE);
  expect(await lastCompletedAt()).toBe('2026-11-23T12:05:00.000Z');
  system.atlas.world.startRestore({ ...at, durationMs: MINUTE, outcome: 'failed' });
  system.atlas.world.startRestore({ ...at, durationMs: MINUTE, delivery: 'download' });
  system.clock.advance(DAY);
  expect(await lastCompletedAt()).toBe('2026-11-23T12:05:00.000Z');
});

test('a cluster may have any name', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 0 });
  const [{ id: projectId } = { id: '' }] = system.atlas.world.projects;
  for (const clusterName of ['constructor', 'toString', 'a'.repeat(64)]) {
    system.atlas.world.addCluster({ projectId, clusterName, tier: 'flex' });
    system.atlas.world.startRestore({ projectId, clusterName, kind: 'flex' });
  }
  const { run } = await system.run();
  expect(run).toMatchObject({ status: 'complete', counts: { clusters: 3, jobsNew: 3 } });
  const { clusters = {} } = (await system.ledger.coverage(projectId)) ?? {};
  expect(Object.values(clusters).map(({ firstSeenAt, lists }) => [typeof firstSeenAt, lists.flex?.jobs])).toEqual(
    Array(3).fill(['string', 1]),
  );
});

test('what changed is reported as it is recorded', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 2, jobs: 0 });
  const [{ id: projectId } = { id: '' }] = system.atlas.world.projects;
  const flex = system.atlas.world.addCluster({ projectId, clusterName: 'fresh', tier: 'flex' });
  const reported: Recorded[] = [];
  const onRecorded = (recorded: Recorded) => void reported.push(recorded);
  system.atlas.world.startRestore({ projectId, clusterName: flex.name, kind: 'flex', durationMs: 3 * MINUTE });
  for (let i = 0; i < 5; i++) {
    await system.run({}, { onRecorded });
    system.clock.advance(MINUTE);
  }
  const changes = reported.flatMap(({ change }) => change ?? []);
  expect(changes[0]).toMatchObject({ revision: 1, fields: {} });
  expect(changes.at(-1)).toMatchObject({ status: 'COMPLETED', fields: { status: { to: 'COMPLETED' } } });
  expect(changes.map(({ revision }) => revision)).toEqual(changes.map((_, index) => index + 1));
});
