// What would make a collector say that it has read everything, though it has not, and what it says instead.
import { describe, expect, test } from 'vitest';
import { fixedCredentials } from '../../functions/atlas/auth/credentials.ts';
import { AtlasClient } from '../../functions/atlas/client.ts';
import { HttpTransport } from '../../functions/atlas/http/http-transport.ts';
import type { Transport } from '../../functions/atlas/http/transport.ts';
import type { Atlas, Cluster, ClusterList, JobList, JobPage } from '../../functions/atlas/model/atlas.ts';
import { AtlasError } from '../../functions/atlas/model/errors.ts';
import { collectProject } from '../../functions/collector/project/collect-project.ts';
import { anyOf } from '../../functions/collector/task/any-account.ts';
import type { ListCoverage, ProjectCoverage } from '../../functions/ledger/model/coverage.ts';
import { LedgerError } from '../../functions/ledger/model/errors.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { jobKey } from '../../functions/ledger/table/keys.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { requestedAt } from '../../functions/restore/object-id.ts';
import { DAY, HOUR, MINUTE } from '../../local/atlas/base/time.ts';
import { testEngine } from '../ledger/engines.ts';
import { verified } from '../ledger/jobs.ts';
import { System } from './system.ts';

const engine = testEngine();

const ONE = { projects: 1, clusters: 1, jobs: 8 };
const refOf = (system: System) => {
  const projectId = system.atlas.world.projects[0]?.id ?? '';
  return { projectId, clusterName: 'Cluster0', kind: 'dedicated' as const };
};
const coverageOf = (system: System) => system.ledger.coverage(refOf(system).projectId);
const listOf = async (system: System) => (await coverageOf(system))?.clusters.Cluster0?.lists.dedicated;
/** A restore that has ended. */
const restored = (system: System, ref = refOf(system)) => {
  const job = system.atlas.world.startRestore({ ...ref, durationMs: MINUTE });
  system.clock.advance(HOUR);
  return job;
};

interface Altered {
  pages?(page: JobPage, list: JobList): JobPage;
  clusters?(clusters: Cluster[], list: ClusterList): Cluster[];
}

/** The client, with what it answers changed on the way. */
function altered(client: Atlas, { pages = (page) => page, clusters = (found) => found }: Altered): Atlas {
  const atlas: Atlas = {
    projects: () => client.projects(),
    async clusters(projectId, list) {
      const found = await client.clusters(projectId, list);
      return { ...found, clusters: clusters(found.clusters, list) };
    },
    job: (list, id) => client.job(list, id),
    async *jobPages(list, options) {
      for await (const page of client.jobPages(list, options)) yield pages(page, list);
    },
    within: () => atlas,
    events: (query) => client.events(query),
    principal: undefined,
    get clockSkewMs() {
      return client.clockSkewMs;
    },
    get skewReading() {
      return client.skewReading;
    },
    usage: client.usage,
  };
  return atlas;
}

const runWith = (system: System, alter: Altered, request = {}) =>
  system.run(request, { accounts: [{ name: 'test', atlas: altered(system.client, alter) }] });
const idOf = (job: JobPage['jobs'][number]) => ('atlas' in job ? String(job.atlas.id) : '');
const without = (id: string) => ({
  pages: (page: JobPage) => ({ ...page, jobs: page.jobs.filter((job) => idOf(job) !== id) }),
});
/** Of the dedicated list only. */
const pagesOfBackups = (pages: (page: JobPage) => JobPage) => ({
  pages: (page: JobPage, { kind }: JobList) => (kind === 'dedicated' ? pages(page) : page),
});

/** Each job of the world is in the table. */
async function expectNothingMissing(system: System) {
  const recorded = await system.recorded();
  expect([...system.listed().keys()].filter((id) => !recorded.has(id))).toEqual([]);
}

describe('a job', () => {
  test('that appears hours after it was requested is recorded by the next ordinary run', async () => {
    await using system = await System.start(engine, ONE);
    await system.run();
    system.clock.advance(HOUR);
    const late = restored(system);
    restored(system);
    expect((await runWith(system, without(late.id))).run.status).toBe('complete');
    system.clock.advance(10 * MINUTE);
    expect((await system.run()).run).toMatchObject({ status: 'complete', counts: { jobsNew: 1 } });
    await expectNothingMissing(system);
    expect((await listOf(system))?.jobs).toBe(system.jobsOf(refOf(system).projectId, 'Cluster0', 'dedicated').length);
  });

  test('that stands at the end of a list in another order is recorded by the next ordinary run', async () => {
    await using system = await System.start(engine, { ...ONE, jobs: 60 });
    const oldestFirst = pagesOfBackups((page) => ({ ...page, jobs: page.jobs.toReversed() }));
    await runWith(system, oldestFirst);
    system.clock.advance(HOUR);
    const job = restored(system);
    expect((await runWith(system, oldestFirst)).run).toMatchObject({ status: 'complete', counts: { jobsNew: 1 } });
    expect(await system.ledger.job(job.id)).toBeDefined();
  });

  test('that has ended and changes all the same is recorded with the change', async () => {
    await using system = await System.start(engine, ONE);
    await system.run();
    system.clock.advance(5 * HOUR);
    await system.run();
    const [newest] = system.jobsOf(refOf(system).projectId, 'Cluster0', 'dedicated');
    const failed = pagesOfBackups((page) => ({
      ...page,
      jobs: page.jobs.map((job) =>
        'atlas' in job && idOf(job) === newest?.id ? { ...job, atlas: { ...job.atlas, failed: true } } : job,
      ),
    }));
    system.clock.advance(HOUR);
    await runWith(system, failed);
    expect(await system.ledger.job(newest?.id ?? '')).toMatchObject({ status: 'FAILED' });
  });

  test('that was taken out of the table is put back by the next full reading, and counted once', async () => {
    await using system = await System.start(engine, ONE);
    await system.run();
    const { projectId } = refOf(system);
    const [, second] = system.jobsOf(projectId, 'Cluster0', 'dedicated');
    await system.forget(jobKey(projectId, second?.id ?? ''));
    expect((await verified(system.ledger, projectId)).breakCount).toBe(1);
    system.clock.advance(HOUR);
    await system.run({ full: true });
    await expectNothingMissing(system);
    const { breakCount, repairs } = await verified(system.ledger, projectId);
    expect([breakCount, repairs]).toEqual([0, [{ at: expect.any(String), runId: expect.any(String), jobs: 1 }]]);
  });
});

test('what is lost for good is still reported after new jobs have come', async () => {
  await using system = await System.start(engine, ONE);
  await system.run();
  const { projectId } = refOf(system);
  const [, second] = system.jobsOf(projectId, 'Cluster0', 'dedicated');
  await system.forget(jobKey(projectId, second?.id ?? ''));
  const without = pagesOfBackups((page) => ({ ...page, jobs: page.jobs.filter((job) => idOf(job) !== second?.id) }));
  system.clock.advance(HOUR);
  restored(system);
  await runWith(system, without, { full: true });
  expect((await verified(system.ledger, projectId)).breaks).toEqual([
    { problem: expect.stringMatching(/^1 of \d+ restore jobs that were recorded are not in the table any more/) },
  ]);
});

describe('a list', () => {
  test.each([
    ['is empty where jobs of it are known', () => []],
    ['has not the newest job that was on it', (jobs: JobPage['jobs']) => jobs.slice(1)],
    ['ends early', (jobs: JobPage['jobs']) => jobs.slice(0, 2)],
  ])('that %s is not read, says so, and costs no job', async (_, alter) => {
    await using system = await System.start(engine, ONE);
    await system.run();
    system.clock.advance(HOUR);
    await system.run();
    const before = await listOf(system);
    system.clock.advance(HOUR);
    const cut = pagesOfBackups((page) => ({ ...page, jobs: alter(page.jobs) }));
    const { run, parts } = await runWith(system, cut);
    expect(run.status).toBe('incomplete');
    expect(parts[0]?.failures).toMatchObject([{ clusterName: 'Cluster0', code: 'LIST_CONTRADICTS' }]);
    expect(await listOf(system)).toMatchObject({ readAt: before?.readAt, error: { code: 'LIST_CONTRADICTS' } });
    const job = restored(system);
    expect((await system.run()).run).toMatchObject({ status: 'complete', counts: { jobsVanished: 0 } });
    expect(await system.ledger.job(job.id)).toBeDefined();
    expect((await listOf(system))?.error).toBeUndefined();
  });

  test('that was wrong once is read again within the run', async () => {
    await using system = await System.start(engine, ONE);
    await system.run();
    system.clock.advance(HOUR);
    let answers = 0;
    const emptyOnce = pagesOfBackups((page) => (answers++ === 0 ? { ...page, jobs: [], last: true } : page));
    const job = restored(system);
    expect((await runWith(system, emptyOnce)).run).toMatchObject({ status: 'complete', counts: { jobsNew: 1 } });
    expect(await system.ledger.job(job.id)).toBeDefined();
  });

  test('that was cut short by Atlas, by its own count, is a failure, and what came is recorded', async () => {
    await using system = await System.start(engine, { ...ONE, jobs: 43 });
    system.atlas.faults.add({ when: refOf(system), fault: { type: 'cutPages', items: 20 } });
    const { run, parts } = await system.run();
    expect(run.status).toBe('incomplete');
    expect(parts[0]?.failures).toMatchObject([
      { code: 'LIST_CONTRADICTS', message: expect.stringMatching(/: 20 of \d+ jobs/) },
    ]);
    expect((await listOf(system))?.fullReadAt).toBeUndefined();
    system.atlas.faults.clear();
    system.clock.advance(MINUTE);
    expect((await system.run()).run.status).toBe('complete');
    await expectNothingMissing(system);
  });

  test('of which more jobs vanished than are asked for at once is not read to its end until all are confirmed', async () => {
    await using system = await System.start(engine, { ...ONE, jobs: 160 });
    await system.run();
    const full = (await listOf(system))?.fullReadAt;
    const gone = system.jobsOf(refOf(system).projectId, 'Cluster0', 'dedicated').slice(0, 120);
    for (const { id } of gone) system.atlas.world.removeJob(refOf(system), id);
    system.clock.advance(2 * DAY);
    expect((await system.run()).run).toMatchObject({ status: 'complete', counts: { jobsVanished: 100 } });
    expect((await listOf(system))?.fullReadAt).toBe(full);
    system.clock.advance(HOUR);
    expect((await system.run()).run).toMatchObject({ status: 'complete', counts: { jobsVanished: 20 } });
    expect((await listOf(system))?.fullReadAt).toBe(new Date(system.clock.now()).toISOString());
  });

  const refused = [
    ['a page of HTML', 404, { type: 'foreign', status: 404 }],
    ['a page of HTML', 410, { type: 'foreign', status: 410 }],
    ['that there is no such cluster', 404, { type: 'status', status: 404, errorCode: 'CLUSTER_NOT_FOUND' }],
    ['that there is no such project', 404, { type: 'status', status: 404, errorCode: 'GROUP_NOT_FOUND' }],
    ['another tier', 400, { type: 'status', status: 400, errorCode: 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API' }],
  ] as const;
  test.each(refused)('that answers %s (%i), while its cluster is there, is a failure', async (_, __, fault) => {
    await using system = await System.start(engine, ONE);
    system.atlas.faults.add({ when: refOf(system), fault });
    const { run, parts } = await system.run();
    expect(run.status).toBe('incomplete');
    expect(parts[0]?.failures).toMatchObject([{ clusterName: 'Cluster0', what: 'dedicated restore jobs' }]);
    expect((await listOf(system))?.answer).toBeUndefined();
  });

  test('of collection restores that is in no plan here is an answer', async () => {
    await using system = await System.start(engine, ONE);
    system.atlas.faults.add({
      when: { ...refOf(system), kind: 'collection' },
      fault: { type: 'status', status: 403, errorCode: 'FEATURE_UNSUPPORTED' },
    });
    expect((await system.run()).run.status).toBe('complete');
    expect((await coverageOf(system))?.clusters.Cluster0?.lists.collection).toMatchObject({
      answer: 'FEATURE_UNSUPPORTED',
    });
    // Never read to its end, and yet no reason to read the table in each run.
    system.clock.advance(12 * HOUR);
    await system.run();
    system.clock.advance(MINUTE);
    system.requests();
    await system.run();
    // The coverage, its verdicts, what was announced, and what a run over everything reads of runs, scope and the days that were written to; 6 to count
    // the coverage.
    expect(system.requests().reads).toBe(15);
  });
});

describe('clocks', () => {
  /** The system's own clock is wrong; Atlas's, and the world's, is right. */
  const skewed = (system: System, skewMs: () => number) => {
    const clock = {
      now: () => system.clock.now() + skewMs(),
      sleep: (ms: number, signal?: AbortSignal) => system.clock.sleep(ms, signal),
    };
    const credentials = fixedCredentials({ type: 'apiKey', ...system.atlas.apiKey });
    const client = () => new AtlasClient({ credentials, baseUrl: system.atlas.url, clock });
    return async (request = {}) => {
      // A new process each time, which knows nothing of its clock yet.
      await using atlas = client();
      return await system.run(request, { accounts: [{ name: 'test', atlas }], clock });
    };
  };
  const times = ({ clusters, discovery }: ProjectCoverage) => [
    ...Object.values(discovery).flatMap((list) => [list?.attemptedAt, list?.readAt, list?.since]),
    ...Object.values(clusters).flatMap(({ firstSeenAt, seenAt, lists }) => [
      firstSeenAt,
      seenAt,
      ...Object.values(lists).flatMap((list: ListCoverage) => [list.attemptedAt, list.readAt, list.fullReadAt]),
    ]),
  ];

  test.each([
    ['20 minutes ahead', 20 * MINUTE],
    ['an hour ahead', HOUR],
    ['an hour behind', -HOUR],
    ['years ahead', 4 * 365 * DAY],
  ])('%s of Atlas: nothing is missed, and times are Atlas’s', async (_, skewMs) => {
    await using system = await System.start(engine, ONE);
    const run = skewed(system, () => skewMs);
    await run();
    for (let nth = 0; nth < 3; nth++) {
      system.clock.advance(12 * MINUTE);
      const job = system.atlas.world.startRestore({ ...refOf(system), durationMs: MINUTE });
      system.clock.advance(3 * MINUTE);
      expect((await run()).run.counts).toMatchObject({ jobsNew: 1 });
      const recorded = await system.ledger.job(job.id);
      expect(Math.abs(Date.parse(recorded?.observedAt ?? '') - system.clock.now())).toBeLessThan(5_000);
    }
    const coverage = (await coverageOf(system)) as ProjectCoverage;
    for (const at of times(coverage))
      if (at !== undefined) expect(Date.parse(at)).toBeLessThan(system.clock.now() + 5_000);
  });

  describe('whose time is only known by the answers to this very run', () => {
    /** A process that lives on, such as a warm function or `serve`. */
    const longLived = (system: System, skewMs: () => number) => {
      const clock = {
        now: () => system.clock.now() + skewMs(),
        sleep: (ms: number, signal?: AbortSignal) => system.clock.sleep(ms, signal),
      };
      const credentials = fixedCredentials({ type: 'apiKey', ...system.atlas.apiKey });
      const atlas = new AtlasClient({ credentials, baseUrl: system.atlas.url, clock });
      const run = (request = { full: true }) =>
        system.run(request, { accounts: [{ name: 'test', atlas }], clock }).then((ended) => ended.run);
      return { atlas, run, [Symbol.asyncDispose]: () => atlas.close() };
    };
    /** All that a claim rests on. */
    const newest = async (system: System) => {
      const coverage = (await coverageOf(system)) as ProjectCoverage;
      const runs = (await system.ledger.runs({})).items.map(({ startedAt }) => startedAt);
      const scope = await system.ledger.scope();
      return [...times(coverage), scope?.listedAt, ...runs].reduce((a = '', b = '') => (a > b ? a : b), '') ?? '';
    };
    const now = (system: System) => new Date(system.clock.now()).toISOString();

    test.each([
      ['right, and goes 20 minutes ahead', 0, 20 * MINUTE],
      ['an hour behind, and is set right', -HOUR, 0],
      ['an hour ahead, and is set right', HOUR, 0],
    ])('a clock that is %s between two runs', async (_, before, after) => {
      await using system = await System.start(engine, ONE);
      let skewMs = before;
      await using process = longLived(system, () => skewMs);
      for (let nth = 0; nth < 5; nth++) {
        await process.run();
        system.clock.advance(20 * MINUTE);
      }
      skewMs = after;
      const beganAt = now(system);
      const run = await process.run();
      expect(run.status).toBe('complete');
      expect((await newest(system)) <= now(system)).toBe(true);
      expect(Date.parse((await listOf(system))?.fullReadAt ?? '')).toBeGreaterThan(Date.parse(beganAt) - 5_000);
      expect(Math.abs(Date.parse(run.startedAt) - Date.parse(beganAt))).toBeLessThan(5_000);
    });

    test.each([
      ['ahead', 0, 20 * MINUTE, 1],
      ['back', 20 * MINUTE, 0, 1],
      ['ahead', 0, 20 * MINUTE, 3],
      ['back', 20 * MINUTE, 0, 3],
    ])(
      'a clock that is set %s while a project is read proves nothing, and the next run does',
      async (_, from, to, nth) => {
        await using system = await System.start(engine, ONE);
        await system.run();
        const before = (await listOf(system))?.fullReadAt;
        system.clock.advance(20 * MINUTE);
        const job = system.atlas.world.startRestore({ ...refOf(system), durationMs: MINUTE });
        const asked = system.atlas.requests.length;
        const listed = () => system.atlas.requests.slice(asked).filter(({ path }) => path.includes('/clusters'));
        await using process = longLived(system, () => (listed().length >= nth ? to : from));
        expect((await process.run()).status).toBe('incomplete');
        expect(await system.ledger.job(job.id)).toBeDefined();
        expect((await listOf(system))?.fullReadAt).toBe(before);
        expect((await listOf(system))?.error?.code).toBe('CLOCK_NOT_MEASURED');
        expect((await process.run()).status).toBe('complete');
        expect((await newest(system)) <= now(system)).toBe(true);
        expect((await listOf(system))?.error).toBeUndefined();
      },
    );

    test('a proxy that answers in Atlas’s place does not tell the time', async () => {
      await using system = await System.start(engine, ONE);
      const date = new Date(system.clock.now() + HOUR).toUTCString();
      const fault = { type: 'foreign' as const, status: 502, headers: { date } };
      system.atlas.faults.add({ when: { path: /\/groups$/ }, times: 3, fault });
      await using process = longLived(system, () => 0);
      expect((await process.run()).status).toBe('complete');
      expect((await newest(system)) <= now(system)).toBe(true);
    });

    test.each([
      ['20 minutes ahead', 20 * MINUTE],
      ['a day behind', -DAY],
    ])('where no answer tells it, by a clock %s: all is recorded, and nothing counts as read', async (_, skewMs) => {
      await using system = await System.start(engine, ONE);
      const clock = {
        now: () => system.clock.now() + skewMs,
        sleep: (ms: number, signal?: AbortSignal) => system.clock.sleep(ms, signal),
      };
      const inner = new HttpTransport();
      const transport: Transport = {
        async send(request) {
          const answer = await inner.send(request);
          return { ...answer, headers: { ...answer.headers, date: undefined } };
        },
        close: () => inner.close(),
      };
      const credentials = fixedCredentials({ type: 'apiKey', ...system.atlas.apiKey });
      await using atlas = new AtlasClient({ credentials, baseUrl: system.atlas.url, clock, transport });
      const { run } = await system.run({ full: true }, { accounts: [{ name: 'test', atlas }], clock });
      expect(run).toMatchObject({ status: 'incomplete', failures: [{ what: 'projects', code: 'CLOCK_NOT_MEASURED' }] });
      expect((await system.recorded()).size).toBe(system.listed().size);
      expect((await system.ledger.scope())?.listedAt).toBeUndefined();
      const coverage = (await coverageOf(system)) as ProjectCoverage;
      expect(Object.values(coverage.discovery).map((list) => [list?.readAt, list?.error?.code])).toEqual(
        Array(3).fill([undefined, 'CLOCK_NOT_MEASURED']),
      );
      expect(coverage.clusters).toEqual({});
      const known = [];
      for await (const project of system.ledger.knownProjects()) known.push(project.firstSeenAt);
      // It is known by its coverage, since when is not.
      expect(known.filter((at) => at !== undefined && at < now(system))).toEqual([]);

      expect((await system.run({ full: true })).run.status).toBe('complete');
      const after = times((await coverageOf(system)) as ProjectCoverage);
      expect(after.filter((at) => at !== undefined && at > now(system))).toEqual([]);
    });
  });

  test('that were in 2030 once have left times that nobody believes', async () => {
    await using system = await System.start(engine, ONE);
    await system.run();
    const { projectId } = refOf(system);
    const job = restored(system);
    await system.run();
    const future = '2030-01-01T00:00:00.000Z';
    const poisoned = (coverage: ProjectCoverage | undefined): ProjectCoverage =>
      JSON.parse(
        JSON.stringify(coverage, (name, value) =>
          /^(attemptedAt|readAt|fullReadAt|settledThrough|seenAt|firstSeenAt|since)$/.test(name) ? future : value,
        ),
      );
    await system.ledger.saveCoverage(projectId, poisoned, await system.ledger.coverage(projectId));
    const next = restored(system);
    expect((await system.run()).run).toMatchObject({ status: 'complete', counts: { jobsNew: 1 } });
    expect(await system.ledger.job(next.id)).toBeDefined();
    const coverage = (await coverageOf(system)) as ProjectCoverage;
    expect(times(coverage).filter((at) => at === future)).toEqual([]);
    expect((await listOf(system))?.fullReadAt).toBe(new Date(system.clock.now()).toISOString());
    expect(requestedAt(job.id) < (coverage.clusters.Cluster0?.seenAt ?? '')).toBe(true);
  });
});

describe('the lists of clusters', () => {
  const flexOf = (system: System) => {
    const projectId = system.atlas.world.projects[0]?.id ?? '';
    const flex = system.atlas.world.clusters(projectId).find(({ tier }) => tier === 'flex');
    return { projectId, clusterName: flex?.name ?? '', kind: 'flex' as const };
  };
  const withFlex = async (options = {}) => {
    const system = await System.start(engine, { projects: 1, clusters: 6, jobs: 4, ...options });
    if (flexOf(system).clusterName === '') {
      const { projectId } = refOf(system);
      system.atlas.world.addCluster({ projectId, clusterName: 'Flex0', tier: 'flex' });
      system.clock.advance(MINUTE);
    }
    return system;
  };

  test('one refusal takes no known cluster away, whoever it is from', async () => {
    await using system = await withFlex();
    await system.run();
    for (const fault of [
      { type: 'foreign', status: 404 },
      { type: 'status', status: 404, errorCode: 'RESOURCE_NOT_FOUND' },
    ] as const) {
      const lift = system.atlas.faults.add({ when: { path: /\/flexClusters$/ }, fault });
      system.clock.advance(10 * MINUTE);
      const { run, parts } = await system.run();
      expect([run.status, parts[0]?.failures.map(({ what }) => what)]).toEqual(['incomplete', ['flex clusters']]);
      lift();
      const job = restored(system, flexOf(system) as never);
      expect((await system.run()).run.status).toBe('complete');
      expect(await system.ledger.job(job.id)).toBeDefined();
    }
  });

  test('a refusal that Atlas repeats an hour later is believed, and taken back when the list is there again', async () => {
    await using system = await withFlex();
    await system.run();
    const { clusterName } = flexOf(system);
    const lift = system.atlas.faults.add({
      when: { path: /\/flexClusters/ },
      fault: { type: 'status', status: 404, errorCode: 'RESOURCE_NOT_FOUND' },
    });
    system.clock.advance(10 * MINUTE);
    expect((await system.run()).run.status).toBe('incomplete');
    system.clock.advance(61 * MINUTE);
    await system.run();
    expect((await coverageOf(system))?.clusters[clusterName]).toHaveProperty('goneAt');
    lift();
    system.clock.advance(10 * MINUTE);
    await system.run();
    expect((await coverageOf(system))?.clusters[clusterName]).not.toHaveProperty('goneAt');
    await expectNothingMissing(system);
  });

  test('a cluster that a list leaves out, while its jobs are listed, is not gone', async () => {
    await using system = await withFlex();
    await system.run();
    const { clusterName } = flexOf(system);
    system.clock.advance(10 * MINUTE);
    const job = restored(system, flexOf(system) as never);
    const { run } = await runWith(system, { clusters: (found) => found.filter(({ name }) => name !== clusterName) });
    expect(run.status).toBe('incomplete');
    expect((await coverageOf(system))?.clusters[clusterName]).not.toHaveProperty('missingSince');
    expect((await coverageOf(system))?.clusters[clusterName]).not.toHaveProperty('goneAt');
    expect(await system.ledger.job(job.id)).toBeDefined();
    system.clock.advance(10 * MINUTE);
    await system.run();
    expect((await coverageOf(system))?.clusters[clusterName]).not.toHaveProperty('missingSince');
  });

  test('stretches that were not watched are on record', async () => {
    await using system = await System.start(engine, ONE);
    const at = () => new Date(system.clock.now()).toISOString();
    const first = at();
    await system.run();
    system.clock.advance(20 * HOUR);
    const second = at();
    await system.run();
    system.clock.advance(30 * HOUR);
    await system.run();
    expect((await coverageOf(system))?.discovery.dedicated).toEqual({
      attemptedAt: at(),
      readAt: at(),
      since: first,
      unread: [{ from: second, until: at() }],
    });
  });
});

describe('a cluster that changes its tier', () => {
  test('leaves no job open for ever, and its former list is closed', async () => {
    await using system = await System.start(engine, ONE);
    const { projectId } = refOf(system);
    system.atlas.world.addCluster({ projectId, clusterName: 'Flex0', tier: 'flex' });
    system.clock.advance(MINUTE);
    const flex = { projectId, clusterName: 'Flex0', kind: 'flex' as const };
    const open = system.atlas.world.startRestore({ ...flex, durationMs: 10 * HOUR });
    await system.run();
    const list = async () => (await coverageOf(system))?.clusters.Flex0?.lists.flex;
    expect(await list()).toMatchObject({ open: 1, moving: 1 });
    system.clock.advance(HOUR);
    system.atlas.world.moveTier(flex, 'dedicated');
    const movedAt = new Date(system.clock.now()).toISOString();
    expect((await system.run()).run.status).toBe('complete');
    expect(await list()).toMatchObject({ supersededAt: movedAt, attemptedAt: movedAt, answer: expect.any(String) });
    expect(await list()).toMatchObject({ open: 0, moving: 0 });
    expect(await system.ledger.job(open.id)).toHaveProperty('vanishedAt');
    system.clock.advance(HOUR);
    system.atlas.requests.length = 0;
    expect((await system.run()).run.status).toBe('complete');
    expect(system.atlas.requests.filter(({ path }) => /flexClusters\/Flex0/.test(path))).toEqual([]);
  });

  test('has its former list read to its end once more where Atlas still answers', async () => {
    await using system = await System.start(engine, ONE);
    const { projectId } = refOf(system);
    system.atlas.world.addCluster({ projectId, clusterName: 'Flex0', tier: 'flex' });
    const flex = { projectId, clusterName: 'Flex0', kind: 'flex' as const };
    await system.run();
    system.clock.advance(HOUR);
    const job = restored(system, flex as never);
    // Discovery already says dedicated, while the flex API still lists.
    const upgraded = {
      clusters: (found: Cluster[], list: ClusterList) =>
        list === 'flex'
          ? found.filter(({ name }) => name !== 'Flex0')
          : list === 'dedicated'
            ? [...found, { ...system.atlas.world.cluster(flex), name: 'Flex0', tier: 'dedicated' as const } as Cluster]
            : found,
    };
    system.atlas.faults.add({
      when: { path: /\/clusters\/Flex0\// },
      fault: { type: 'status', status: 503 },
    });
    await runWith(system, upgraded);
    expect(await system.ledger.job(job.id)).toBeDefined();
    const list = (await coverageOf(system))?.clusters.Flex0?.lists.flex;
    expect((list?.fullReadAt ?? '') >= (list?.supersededAt ?? 'never')).toBe(true);
  });
});

describe('what one project, or one set of credentials, cannot do costs only itself', () => {
  test.each([
    ['a ledger that fails', new LedgerError('LEDGER_UNAVAILABLE', 'throttled'), 'LEDGER_UNAVAILABLE'],
    ['an error that nobody foresaw', new TypeError("reading 'length'"), 'UNEXPECTED'],
  ])('%s', async (_, error, code) => {
    await using system = await System.start(engine, { projects: 3, clusters: 1, jobs: 3 });
    const [, second] = system.atlas.world.projects;
    const saveCoverage: Ledger['saveCoverage'] = async (projectId, ...rest) => {
      if (projectId === second?.id) throw error;
      return system.ledger.saveCoverage(projectId, ...rest);
    };
    const ledger = { ...system.ledger, saveCoverage };
    const { run, parts } = await system.run({}, { ledger });
    expect(run.status).toBe('incomplete');
    expect(parts.map(({ status }) => status).sort()).toEqual(['complete', 'complete', 'failed']);
    expect(parts.flatMap(({ projectId, failures }) => failures.map((each) => [projectId, each.code]))).toEqual([
      [second?.id, code],
    ]);
  });

  test('a rate limit that asks for years', async () => {
    await using system = await System.start(engine, { projects: 3, clusters: 1, jobs: 3 });
    const [, second] = system.atlas.world.projects;
    system.atlas.faults.add({
      when: { projectId: second?.id ?? '', kind: 'dedicated' },
      fault: { type: 'status', status: 429, retryAfterSeconds: 999_999_999 },
    });
    const waited: number[] = [];
    const { run, parts } = await system.run({}, { onWait: ({ ms }) => waited.push(ms) });
    expect(run.status).toBe('incomplete');
    expect(parts.filter(({ status }) => status === 'complete')).toHaveLength(2);
    expect(parts.flatMap(({ failures }) => failures.map(({ code }) => code))).toEqual(['ATLAS_RATE_LIMITED']);
    expect(Math.max(0, ...system.clock.sleptMs)).toBeLessThan(15 * MINUTE);
  });

  test('a rate limit is waited for no longer in all than the run may', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 3 });
    system.atlas.faults.add({ when: refOf(system), fault: { type: 'status', status: 429, retryAfterSeconds: 120 } });
    const startedAt = system.clock.now();
    const told: number[] = [];
    const { parts } = await system.run({}, { onWait: ({ ms }) => told.push(ms) });
    expect(parts[0]?.failures).toMatchObject([{ code: 'ATLAS_RATE_LIMITED' }]);
    expect(told.length).toBeGreaterThan(2);
    expect(system.clock.now() - startedAt).toBeLessThan(20 * MINUTE);
  });

  test('an interrupt ends a wait', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 3 });
    system.atlas.faults.add({ when: refOf(system), fault: { type: 'status', status: 429, retryAfterSeconds: 120 } });
    const interrupt = new AbortController();
    const clock = {
      now: () => system.clock.now(),
      sleep: (_: number, signal?: AbortSignal) =>
        new Promise<void>((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
          interrupt.abort(new Error('by hand'));
        }),
    };
    await expect(system.run({ signal: interrupt.signal }, { clock })).rejects.toThrow('by hand');
    const [run] = (await system.ledger.runs({})).items;
    expect(run?.status).not.toBe('running');
  });

  test.each(['before the events are asked for', 'while they are asked for', 'while their jobs are written'])(
    'an interrupt after all lists are read, %s, leaves a run that is not complete, and says what is left',
    async (when) => {
      // More than are written at once.
      await using system = await System.start(engine, { ...ONE, jobs: 100 });
      const interrupt = new AbortController();
      const stop = () => interrupt.abort(new Error('by hand'));
      let lists = 0;
      const onList = () => {
        lists += 1;
        if (lists === 2 && when.startsWith('before')) stop();
      };
      const onRecorded = ({ outcome }: { outcome: string }) => {
        if (outcome === 'changed' && when.endsWith('written')) stop();
      };
      const atlas: Atlas = {
        ...altered(system.client, {}),
        skewReading: { skewMs: 0, agrees: true },
        async *events(query) {
          if (when.startsWith('while they')) {
            stop();
            throw new AtlasError('ATLAS_UNAVAILABLE', 'GET events was stopped: the client was closed', {
              lasting: true,
            });
          }
          yield* system.client.events(query);
        },
        within: () => atlas,
      };
      const accounts = [{ name: 'test', atlas }];
      const stopped = system.run({ signal: interrupt.signal }, { accounts, onList, onRecorded });
      await expect(stopped).rejects.toThrow('by hand');
      const [run] = (await system.ledger.runs({})).items;
      expect(run?.status).toBe('incomplete');
      const parts = (await system.ledger.run(run?.runId ?? ''))?.parts ?? [];
      expect(parts.flatMap(({ failures }) => failures.map(({ what, code }) => [what, code]))).toEqual([
        ['requesters', 'INTERRUPTED'],
      ]);
      const { attribution } = (await coverageOf(system)) as ProjectCoverage;
      expect(attribution?.error).toBeUndefined();
      expect(attribution?.from).toBeDefined();

      system.clock.advance(MINUTE);
      expect((await system.run()).run.status).toBe('complete');
      const waiting = [...(await system.recorded()).values()].filter(
        ({ requester }) => requester === undefined || ('reason' in requester && requester.reason === 'pending'),
      );
      expect(waiting.filter(({ requestedAt: at }) => Date.parse(at) < system.clock.now() - HOUR)).toEqual([]);
    },
  );

  test('an interrupt within a page leaves what is not written yet to the next run', async () => {
    await using system = await System.start(engine, { ...ONE, jobs: 400 });
    const interrupt = new AbortController();
    let written = 0;
    const onRecorded = () => {
      written += 1;
      if (written === 20) interrupt.abort(new Error('by hand'));
    };
    await expect(system.run({ signal: interrupt.signal }, { onRecorded })).rejects.toThrow('by hand');
    expect((await system.recorded()).size).toBe(written);
    expect(written).toBeLessThan(300);
    expect((await listOf(system))?.fullReadAt).toBeUndefined();
    expect((await system.run()).run.status).toBe('complete');
    expect((await system.recorded()).size).toBe(system.listed().size);
  });

  test('credentials without the role are helped out by others that see the project', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 3, jobs: 3 });
    const asked: string[] = [];
    const weak: Atlas = {
      ...altered(system.client, {}),
      // biome-ignore lint/correctness/useYield: it refuses before there is anything to yield
      async *jobPages(list) {
        asked.push(list.kind);
        throw new AtlasError('ATLAS_UNAUTHORIZED', 'role too small', { status: 401, aboutRole: true });
      },
      within: () => weak,
    };
    const accounts = [
      { name: 'weak', atlas: weak },
      { name: 'strong', atlas: system.client },
    ];
    const { projectId } = refOf(system);
    const { part } = await collectProject(
      { runId: '0'.repeat(24), projectId, projectName: 'p', accounts: ['weak', 'strong'] },
      {
        atlas: anyOf(accounts.map(({ atlas }) => atlas)),
        ledger: system.ledger,
        log: silentLog,
        now: () => system.clock.now(),
        timeLeftMs: () => Number.POSITIVE_INFINITY,
      },
      { parallelLists: 1 },
    );
    expect(part).toMatchObject({ status: 'complete', failures: [] });
    await expectNothingMissing(system);
    expect(new Set(asked).size).toBe(asked.length);
  });
});
