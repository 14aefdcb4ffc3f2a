// What one list can do to a collector, case by case.
import { describe, expect, test } from 'vitest';
import type { Atlas, JobPage } from '../../../functions/atlas/model/atlas.ts';
import { collectProject } from '../../../functions/collector/project/collect-project.ts';
import type { CollectOptions } from '../../../functions/collector/project/collection.ts';
import type { CollectTask } from '../../../functions/collector/task/task.ts';
import type { Ledger } from '../../../functions/ledger/model/ledger.ts';
import { defined } from '../../../functions/platform/defined.ts';
import { silentLog } from '../../../functions/platform/log.ts';
import { isOpen } from '../../../functions/restore/job.ts';
import { newObjectId } from '../../../functions/restore/object-id.ts';
import { DAY, HOUR, MINUTE } from '../../../local/atlas/base/time.ts';
import { testEngine } from '../../ledger/engines.ts';
import { System } from '../system.ts';

const engine = testEngine();

const refOf = (system: System) => {
  const projectId = system.atlas.world.projects[0]?.id ?? '';
  return { projectId, clusterName: 'Cluster0', kind: 'dedicated' as const };
};
const listOf = async (system: System) =>
  (await system.ledger.coverage(refOf(system).projectId))?.clusters.Cluster0?.lists.dedicated;

/** One message, with time for so many requests. */
async function message(system: System, task: Partial<CollectTask>, requests = 1_000, options: CollectOptions = {}) {
  const { client, clock, ledger } = system;
  const before = client.usage.requests;
  const now = () => clock.now();
  const timeLeftMs = () => 15_000 + 1_000 * (requests - (client.usage.requests - before));
  const whole = {
    runId: newObjectId(new Date(now())),
    projectId: refOf(system).projectId,
    projectName: 'p',
    accounts: [],
    ...task,
  };
  const atlas = client.within(() => timeLeftMs() - 15_000);
  return collectProject(whole, { atlas, ledger, log: silentLog, now, timeLeftMs }, { parallelLists: 1, ...options });
}

/** The client, with what its lists show changed on the way. */
function altered(client: Atlas, alter: (page: JobPage) => JobPage): Atlas {
  const atlas: Atlas = {
    projects: () => client.projects(),
    clusters: (projectId, list) => client.clusters(projectId, list),
    job: (list, id) => client.job(list, id),
    async *jobPages(list, options) {
      for await (const page of client.jobPages(list, options)) yield alter(page);
    },
    within: () => atlas,
    events: (query) => client.events(query),
    principal: undefined,
    clockSkewMs: undefined,
    skewReading: undefined,
    usage: client.usage,
  };
  return atlas;
}

describe('a job that could not be understood once', () => {
  test.each(['nullItem', 'numberIds', 'missingIds'] as const)(
    'is looked at again in the next run: %s',
    async (what) => {
      await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 8 });
      await system.run();
      const job = system.atlas.world.startRestore({ ...refOf(system), durationMs: 2 * HOUR });
      system.clock.advance(20 * MINUTE);
      system.atlas.faults.add({ when: refOf(system), times: 1, fault: { type: 'wrongTypes', what } });
      expect((await system.run()).run.counts?.problems).toBeGreaterThan(0);
      system.clock.advance(20 * MINUTE);
      await system.run();
      expect(await system.ledger.job(job.id)).toMatchObject({ status: 'RUNNING' });
      system.clock.advance(3 * HOUR);
      await system.run();
      expect(await system.ledger.job(job.id)).toMatchObject({ status: 'COMPLETED' });
    },
  );
});

test('a list of which nothing could be understood holds nothing, and says so', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 1 });
  system.atlas.faults.add({ when: refOf(system), times: 1, fault: { type: 'wrongTypes', what: 'missingIds' } });
  expect((await system.run()).run.counts).toMatchObject({ problems: 1, jobsNew: 0 });
  expect((await listOf(system))?.recent).toEqual({});
});

test('a job that appears a little older than one already seen is still found', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 8 });
  await system.run();
  const late = system.atlas.world.startRestore({ ...refOf(system), durationMs: MINUTE });
  system.clock.advance(5 * MINUTE);
  system.atlas.world.startRestore({ ...refOf(system), durationMs: MINUTE });
  const without = (page: JobPage) => ({
    ...page,
    jobs: page.jobs.filter((job) => !('atlas' in job) || job.atlas.id !== late.id),
  });
  await system.run({}, { accounts: [{ name: 'test', atlas: altered(system.client, without) }] });
  expect(await system.ledger.job(late.id)).toBeUndefined();
  system.clock.advance(MINUTE);
  await system.run();
  expect(await system.ledger.job(late.id)).toBeDefined();
});

test('a job that a list skipped is asked for by its id before it is said to have vanished', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 20 });
  await system.run();
  const skipped = system.jobsOf(refOf(system).projectId, 'Cluster0', 'dedicated')[3]?.id ?? '';
  const without = (page: JobPage) => ({
    ...page,
    jobs: page.jobs.filter((job) => !('atlas' in job) || job.atlas.id !== skipped),
  });
  system.clock.advance(2 * DAY);
  const { run } = await system.run({}, { accounts: [{ name: 'test', atlas: altered(system.client, without) }] });
  expect(run.counts?.jobsVanished).toBe(0);
  expect((await system.ledger.job(skipped))?.vanishedAt).toBeUndefined();
});

describe('a reading that was cut short', () => {
  const world = { projects: 1, clusters: 1, jobs: 40, maxItemsPerPage: 3 };

  test('goes on in messages that each make progress, and counts every job once', async () => {
    await using system = await System.start(engine, world);
    let task: Partial<CollectTask> = {};
    let messages = 0;
    for (;;) {
      const { next, part } = await message(system, task, 7);
      messages += 1;
      expect(messages).toBeLessThan(30);
      if (next) task = next.task;
      else {
        expect(part).toMatchObject({ status: 'complete', counts: { jobsNew: 40, clusters: 1 } });
        break;
      }
    }
    expect(messages).toBeGreaterThan(3);
    expect((await listOf(system))?.jobs).toBe(system.jobsOf(refOf(system).projectId, 'Cluster0', 'dedicated').length);
    expect((await listOf(system))?.open).toBe(
      [...(await system.recorded()).values()].filter(({ kind, status }) => kind === 'dedicated' && isOpen(status))
        .length,
    );
  });

  test.each([true, false])('and never taken up again leaves nothing to the next run, full or not: %s', async (full) => {
    await using system = await System.start(engine, world);
    const { next } = await message(system, {}, 8);
    expect(next).toBeDefined();
    expect((await listOf(system))?.resume).toBeDefined();
    const job = system.atlas.world.startRestore(refOf(system));
    system.clock.advance(HOUR);
    await system.run({ full });
    expect(await system.ledger.job(job.id)).toBeDefined();
    expect((await system.recorded()).size).toBe(system.listed().size);
    expect((await listOf(system))?.resume).toBeUndefined();
  });

  test('by an older task is no place for a newer one to go on from', async () => {
    await using system = await System.start(engine, world);
    await message(system, {}, 8);
    system.clock.advance(HOUR);
    const job = system.atlas.world.startRestore(refOf(system));
    // The newer task gets no further than to the clusters, and goes on in a second message.
    const { next } = await message(system, {}, 4);
    await message(system, next?.task ?? {});
    expect(await system.ledger.job(job.id)).toBeDefined();
  });

  test.each([
    ['for anything', 0],
    ['for more than the lists of clusters', 4],
  ])('does not go on for ever where there is no time %s', async (_, requests) => {
    await using system = await System.start(engine, world);
    let task: Partial<CollectTask> = {};
    for (let messages = 1; ; messages++) {
      const { next, part } = await message(system, task, requests, { maxMessages: 5 });
      expect(messages).toBeLessThan(10);
      if (!next) {
        expect(messages).toBe(5);
        expect(part.status).not.toBe('complete');
        expect(part.failures.length).toBeGreaterThan(0);
        break;
      }
      task = next.task;
    }
  });
});

test('a rate limit on the lists of clusters puts the project back into the queue', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 2, jobs: 4 });
  system.atlas.faults.add({
    when: { path: /\/clusters$/ },
    times: 1,
    fault: { type: 'status', status: 429, retryAfterSeconds: 300 },
  });
  const { next, part } = await message(system, {}, 60);
  expect(part.failures).toEqual([]);
  expect(next?.delayMs).toBe(300_000);
  system.clock.advance(300_000);
  expect(await message(system, next?.task ?? {})).toMatchObject({ part: { status: 'complete' } });
  expect((await system.recorded()).size).toBe(system.listed().size);
});

test('what was recorded before a list failed is counted', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 20, maxItemsPerPage: 4 });
  system.atlas.faults.add({ when: { ...refOf(system), pageNum: 3 }, fault: { type: 'status', status: 403 } });
  const { part } = await message(system, {}, 1_000, { kinds: ['dedicated'] });
  expect(part).toMatchObject({ status: 'incomplete', counts: { jobsSeen: 8, jobsNew: 8, clustersFailed: 1 } });
  expect((await listOf(system))?.jobs).toBe(8);
});

test('nobody follows a job in a list that is no longer there', async () => {
  await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 0 });
  system.atlas.world.startRestore({ ...refOf(system), durationMs: Number.POSITIVE_INFINITY });
  const { follow } = await message(system, {});
  expect(follow).toBeDefined();
  system.atlas.world.moveTier(refOf(system), 'flex');
  system.clock.advance(MINUTE);
  expect((await message(system, follow?.task ?? {})).follow).toBeUndefined();
});

test('a run that is interrupted ends, says so, and keeps what it recorded', async () => {
  await using system = await System.start(engine, { projects: 3, clusters: 3, jobs: 6 });
  const interrupt = new AbortController();
  const onList = () => interrupt.abort(new Error('stopped by hand'));
  await expect(system.run({ signal: interrupt.signal }, { onList }, { parallelLists: 1 })).rejects.toThrow(
    'stopped by hand',
  );
  const [run] = (await system.ledger.runs({})).items;
  expect(run).toMatchObject({ status: expect.stringMatching(/^(incomplete|failed)$/), finishedAt: expect.any(String) });
  expect((await system.recorded()).size).toBeGreaterThan(0);
  system.clock.advance(MINUTE);
  expect((await system.run()).run.status).toBe('complete');
  expect((await system.recorded()).size).toBe(system.listed().size);
});

test.each([
  [undefined, 64],
  [3, 3],
  [200, 200],
])('a ledger that says %s of how many writes it takes at once is given %i', async (parallelWrites, most) => {
  await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 300 });
  const underWay = { record: 0, annotate: 0 };
  const seen = { record: 0, annotate: 0 };
  const counted = async <T>(what: 'record' | 'annotate', write: () => Promise<T>): Promise<T> => {
    underWay[what] += 1;
    seen[what] = Math.max(seen[what], underWay[what]);
    try {
      return await write();
    } finally {
      underWay[what] -= 1;
    }
  };
  const { parallelWrites: _, ...plain } = system.ledger;
  const ledger: Ledger = {
    ...plain,
    ...defined({ parallelWrites }),
    record: (...args) => counted('record', () => plain.record(...args)),
    annotate: (...args) => counted('annotate', () => plain.annotate(...args)),
  };
  await system.run({}, { ledger });
  expect(seen.record).toBe(most);
  // Whole jobs are read 100 at a time for it.
  expect(seen.annotate).toBeGreaterThanOrEqual(Math.min(most, 10));
  expect(seen.annotate).toBeLessThanOrEqual(most);
});

describe('a list that is known', () => {
  const asked = (system: System) =>
    system.atlas.requests
      .filter(({ path, status }) => path.endsWith('/backup/restoreJobs') && status === 200)
      .map(({ query }) => new URLSearchParams(query))
      .map((query) => (query.get('itemsPerPage') === '500' ? `page ${query.get('pageNum')}` : 'newest'));

  test('is read no further than its newest, and to page 1 where more than those are new', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 60 });
    await system.run();
    expect(asked(system)).toEqual(['page 1']);
    system.clock.advance(HOUR);
    const start = (count: number) => {
      for (let nth = 0; nth < count; nth++) system.atlas.world.startRestore({ ...refOf(system), durationMs: MINUTE });
      system.clock.advance(HOUR);
    };
    for (const [news, pages] of [
      [0, ['newest']],
      [3, ['newest']],
      [25, ['newest', 'page 1']],
    ] as const) {
      start(news);
      system.atlas.requests.length = 0;
      const { run } = await system.run();
      expect(asked(system)).toEqual(pages);
      expect(run.counts).toMatchObject({ jobsNew: news, problems: 0 });
    }
    const recorded = await system.recorded();
    expect([...system.listed().keys()].filter((id) => !recorded.has(id))).toEqual([]);
  });

  test('costs no look into the table, whether or not it has news', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 60 });
    await system.run();
    system.clock.advance(12 * HOUR);
    await system.run();
    const counted = async () => {
      system.clock.advance(20 * MINUTE);
      system.requests();
      const { run } = await system.run();
      return { new: run.counts?.jobsNew, ...system.requests() };
    };
    // Read: the coverage, its verdicts, what was announced, the run at its end; scope, known projects twice, and runs that have not ended; the days that were written
    // to, and how many older jobs are open; 6 to count what the coverage adds up to. Written: the coverage, the part, the run four times; scope, and what the run is to
    // read; 2 marks of who writes coverage, the count, and who is done with it.
    const quiet = { new: 0, reads: 16, writes: 12 };
    await counted(); // days are counted once more
    expect(await counted()).toEqual(quiet);
    system.atlas.world.startRestore({ ...refOf(system), durationMs: MINUTE });
    // The job, and who asked for it: the jobs since are read once, and its history has two entries. Its day is marked twice, counted
    // at once, and counted once more by the next run: 2 reads and 3 writes each, one of them of its jobs.
    expect(await counted()).toEqual({ new: 1, reads: 17 + 2, writes: 14 + 2 + 3 });
    expect(await counted()).toEqual({ new: 0, reads: 16 + 2, writes: 12 + 3 });
    expect(await counted()).toEqual(quiet);
  });

  test('counts what has no id of a job once, though page 1 repeats it', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 8 });
    await system.run();
    system.clock.advance(HOUR);
    for (let nth = 0; nth < 30; nth++) system.atlas.world.startRestore({ ...refOf(system), durationMs: MINUTE });
    system.clock.advance(HOUR);
    const [newest] = system.atlas.world.jobs(refOf(system).projectId, 'Cluster0', 'dedicated');
    const spoilt = (job: JobPage['jobs'][number]) =>
      'atlas' in job && job.atlas.id === newest?.id
        ? { ...job, atlas: { ...job.atlas, id: `job-${newest?.id}` } }
        : job;
    const atlas = altered(system.client, (page) => ({ ...page, jobs: page.jobs.map(spoilt) }));
    const { run } = await system.run({}, { accounts: [{ name: 'test', atlas }] });
    expect(run.counts).toMatchObject({ problems: 1, jobsNew: 29 });
  });

  test('is asked for while its cluster is looked for, and its answer dropped where that was replaced', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 1, jobs: 8 });
    await system.run();
    const { projectId, clusterName } = refOf(system);
    const before = (await system.ledger.coverage(projectId))?.clusters.Cluster0?.clusterId;
    system.clock.advance(HOUR);
    system.atlas.world.deleteCluster({ projectId, clusterName });
    system.clock.advance(HOUR);
    system.atlas.world.addCluster({ projectId, clusterName, tier: 'replicaSet' });
    const job = system.atlas.world.startRestore({ ...refOf(system), durationMs: MINUTE });
    system.clock.advance(HOUR);
    system.atlas.requests.length = 0;
    await system.run();
    expect(asked(system)).toEqual(['newest', 'page 1']);
    const after = (await system.ledger.coverage(projectId))?.clusters.Cluster0?.clusterId;
    expect(after).not.toBe(before);
    expect(await system.ledger.job(job.id)).toMatchObject({ clusterId: after });
  });

  test('that is gone costs no failure, though it was asked for', async () => {
    await using system = await System.start(engine, { projects: 1, clusters: 2, jobs: 8 });
    await system.run();
    system.clock.advance(HOUR);
    const { projectId, clusterName } = refOf(system);
    system.atlas.world.deleteCluster({ projectId, clusterName });
    system.clock.advance(HOUR);
    const { run } = await system.run();
    expect(run).toMatchObject({ status: 'complete', failures: [] });
    expect((await system.ledger.coverage(projectId))?.clusters.Cluster0?.goneAt).toBeDefined();
  });
});
