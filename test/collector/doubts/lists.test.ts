// Jobs and lists that would make a collector say that it has read everything, though it has not, and what it says instead.
import { describe, expect, test } from 'vitest';
import type { JobPage } from '../../../functions/atlas/model/atlas.ts';
import { jobKey } from '../../../functions/ledger/table/keys.ts';
import { DAY, HOUR, MINUTE } from '../../../local/atlas/base/time.ts';
import { testEngine } from '../../ledger/engines.ts';
import { verified } from '../../ledger/jobs.ts';
import { System } from '../system.ts';
import {
  coverageOf,
  expectNothingMissing,
  idOf,
  listOf,
  ONE,
  pagesOfBackups,
  refOf,
  restored,
  runWith,
  without,
} from './altered.ts';

const engine = testEngine();

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
    // The coverage, its verdicts, what was announced, and what a run over everything reads of runs, scope, the days that were written to, and how many older jobs are
    // open; 6 to count the coverage.
    expect(system.requests().reads).toBe(16);
  });
});
