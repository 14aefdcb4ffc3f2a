import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  noCounts,
  type PartStatus,
  type PlannedProject,
  RUN_DIED,
  type Run,
  type RunPart,
} from '../../../functions/ledger/model/run.ts';
import { runPk } from '../../../functions/ledger/table/keys.ts';
import { requestedAt } from '../../../functions/restore/object-id.ts';
import { testEngine, testTable } from '../engines.ts';
import { idAt, job, seen } from '../jobs.ts';
import { list, NOW } from '../table.ts';

const engine = testEngine();
const table = testTable(engine);
let serial = 0;

const another = (at = '2026-11-20T11:00:00Z'): Run => {
  const runId = idAt(at, serial++);
  return {
    runId,
    trigger: 'schedule',
    scope: {},
    full: false,
    startedAt: requestedAt(runId),
    status: 'running',
    failures: [],
  };
};
const part = (n: number, status: PartStatus = 'complete'): RunPart => ({
  projectId: n.toString(16).padStart(24, '0'),
  projectName: `project ${n}`,
  status,
  startedAt: '2026-11-20T11:00:01.000Z',
  finishedAt: `2026-11-20T11:00:${String(10 + n).padStart(2, '0')}.000Z`,
  counts: { ...noCounts(), clusters: 1, jobsNew: n },
  failures: [],
});
const failure = { what: 'projects', code: 'ATLAS_UNAUTHORIZED', message: 'GET /groups answered 401: check the key' };

describe('a run', () => {
  test('costs one write to start, one to plan, two a project, and two more for the last', async () => {
    const run = another();
    table.requests();
    await table.ledger.startRun(run);
    expect(table.requests()).toEqual({ PutItem: 1 });
    expect(await table.ledger.planRun(run.runId, 2, [])).toEqual({ ...run, projects: 2 });
    expect(table.requests()).toEqual({ UpdateItem: 1 });
    expect(await table.ledger.finishPart(run.runId, part(1))).toMatchObject({ status: 'running' });
    expect(table.requests()).toEqual({ PutItem: 1, UpdateItem: 1 });

    const halfway = await table.ledger.run(run.runId);
    expect(halfway).toEqual({ run: { ...run, projects: 2, counts: part(1).counts }, parts: [part(1)] });
    expect(table.requests()).toEqual({ Query: 1 });

    const ended = await table.ledger.finishPart(run.runId, part(2));
    expect(table.requests()).toEqual({ PutItem: 1, UpdateItem: 2, Query: 1 });
    const counts = { ...noCounts(), clusters: 2, jobsNew: 3 };
    expect(ended).toEqual({ ...run, projects: 2, status: 'complete', finishedAt: part(2).finishedAt, counts });
    expect(await table.ledger.run(run.runId)).toEqual({ run: ended, parts: [part(1), part(2)] });
  });

  test.each([
    [['complete', 'complete'], [], 'complete'],
    [['complete', 'incomplete'], [], 'incomplete'],
    [['complete', 'failed'], [], 'incomplete'],
    [['failed', 'failed'], [], 'failed'],
    [['complete', 'complete'], [failure], 'incomplete'],
    [[], [failure], 'failed'],
    [[], [], 'failed'],
  ] as const)('with parts %j and %j is %s', async (parts, failures, status) => {
    const run = another();
    await table.ledger.startRun(run);
    let last = await table.ledger.planRun(run.runId, parts.length, [...failures]);
    for (const [n, each] of parts.entries()) last = await table.ledger.finishPart(run.runId, part(n, each));
    expect(last).toMatchObject({ status, failures });
    if (parts.length === 0) expect(last).toMatchObject({ finishedAt: new Date(NOW).toISOString(), counts: noCounts() });
  });

  test('started twice, or planned again after its end, stays as it is', async () => {
    const run = another();
    await table.ledger.startRun(run);
    await table.ledger.planRun(run.runId, 1, []);
    await table.ledger.startRun({ ...run, full: true });
    const ended = await table.ledger.finishPart(run.runId, part(1));
    expect(ended).toMatchObject({ status: 'complete', full: false });
    await table.ledger.startRun(run);
    expect(await table.ledger.planRun(run.runId, 5, [failure])).toEqual(ended);
    expect(await table.ledger.finishPart(run.runId, part(1))).toEqual(ended);
  });

  test('says what it was to read, in as many items as it takes', async () => {
    const run = another();
    await table.ledger.startRun(run);
    const planned = Array.from({ length: 1_100 }, (_, n) => ({ projectId: part(n).projectId, projectName: `${n}` }));
    await table.ledger.countDays(() => true);
    table.requests();
    await table.ledger.recordPlan(run.runId, [...planned, { ...planned[0], orgId: 'left out' } as PlannedProject]);
    expect(table.requests()).toEqual({ PutItem: 3 });
    expect((await table.ledger.run(run.runId))?.planned).toEqual([...planned, planned[0]]);
  });

  test('does not end before every project that was planned has its part', async () => {
    const run = another();
    await table.ledger.startRun(run);
    await table.ledger.recordPlan(run.runId, [part(1), part(2)]);
    await table.ledger.planRun(run.runId, 2, []);
    await table.ledger.finishPart(run.runId, part(1));
    expect(await table.ledger.finishPart(run.runId, part(3))).toMatchObject({ status: 'running' });
    expect(await table.ledger.finishPart(run.runId, part(2))).toMatchObject({ status: 'complete' });
  });

  test('that was never started says so', async () => {
    const { runId } = another();
    expect(await table.ledger.run(runId)).toBeUndefined();
    expect(await table.ledger.run('no id')).toBeUndefined();
    const orphans = [() => table.ledger.finishPart(runId, part(1)), () => table.ledger.planRun(runId, 1, [])];
    for (const orphan of orphans) {
      await expect(orphan()).rejects.toMatchObject({ code: 'LEDGER_CONFLICT' });
    }
    expect(await table.ledger.run(runId)).toBeUndefined();
  });

  test('keeps a hundred failures of a part, and expires with its parts, which jobs and coverage do not', async () => {
    const run = another();
    await table.ledger.startRun(run);
    const many = Array.from({ length: 150 }, () => ({ ...failure, message: 'x'.repeat(5_000) }));
    await table.ledger.finishPart(run.runId, { ...part(1, 'failed'), failures: many });
    const read = await table.ledger.run(run.runId);
    expect(read?.parts[0]?.failures).toHaveLength(100);
    const { items } = await table.table.query({ partition: runPk(run.runId) });
    const ttl = Date.parse(run.startedAt) / 1000 + 90 * 86_400;
    expect(items.map((item) => item.ttl)).toEqual([ttl, ttl]);
  });
});

describe('a run that died', () => {
  const died = { what: 'run', code: RUN_DIED, message: 'nothing was heard of it' };

  test.each([
    [[], 'failed'],
    [['failed'], 'failed'],
    [['complete'], 'incomplete'],
  ] as const)('with parts %j is ended as %s', async (parts, status) => {
    const run = another();
    await table.ledger.startRun(run);
    await table.ledger.planRun(run.runId, 2, [failure]);
    for (const [n, each] of parts.entries()) await table.ledger.finishPart(run.runId, part(n, each));
    const ended = await table.ledger.endRun(run.runId, died);
    const finishedAt = new Date(NOW).toISOString();
    expect(ended).toMatchObject({ status, finishedAt, failures: [died, failure], counts: { clusters: parts.length } });
    expect(await table.ledger.endRun(run.runId, died)).toEqual(ended);
  });

  test('ends as if in time once its last part comes all the same', async () => {
    const run = another();
    await table.ledger.startRun(run);
    await table.ledger.recordPlan(run.runId, [part(1), part(2), part(3)]);
    await table.ledger.planRun(run.runId, 3, []);
    await table.ledger.finishPart(run.runId, part(1));
    const ended = await table.ledger.endRun(run.runId, died);
    expect(await table.ledger.finishPart(run.runId, part(2))).toEqual(ended);
    expect(await table.ledger.finishPart(run.runId, part(2))).toEqual(ended);
    const { finishedAt } = part(3);
    const whole = { status: 'complete', failures: [], finishedAt, counts: { clusters: 3 } };
    expect(await table.ledger.finishPart(run.runId, part(3))).toMatchObject(whole);
    expect((await table.ledger.run(run.runId))?.run).toMatchObject(whole);
  });

  test('that only nobody ended is ended as what it is', async () => {
    const run = another();
    await table.ledger.startRun(run);
    await table.ledger.planRun(run.runId, 1, []);
    let left = 1;
    const stopping = table.gated(async () => {
      if (left-- <= 0) throw new Error('stopped');
    });
    await expect(stopping.finishPart(run.runId, part(1))).rejects.toThrow('stopped');
    expect(await table.ledger.endRun(run.runId, died)).toMatchObject({ status: 'complete', failures: [] });
  });

  test('is found among the runs that have not ended, over months', async () => {
    await using own = await engine.newTable();
    const [old, ended, recent] = ['2026-09-30T10:00:00Z', '2026-10-31T10:00:00Z', '2026-11-23T11:00:00Z'].map(another);
    for (const run of [old, ended, recent] as Run[])
      await own.ledger.startRun(run, run === old ? 'host/1/2' : undefined);
    await own.ledger.endRun((ended as Run).runId, died);
    expect(await list(own.ledger.unfinishedRuns())).toEqual([{ run: old, maker: 'host/1/2' }, { run: recent }]);
    own.requests();
    expect(await list(own.ledger.unfinishedRuns('2026-11-23T00:00:00Z'))).toEqual([{ run: recent }]);
    expect(own.requests()).toEqual({ Query: 1, GetItem: 1 });
  });
});

test('a run ends rightly, whatever is delivered twice, stopped half way, or comes before the plan', async () => {
  // A function that is stopped makes no further request: after none, the part, its count, or never.
  const delivery = fc.record({ project: fc.nat(3), requests: fc.constantFrom(0, 1, 2, Number.POSITIVE_INFINITY) });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(delivery, { maxLength: 8 }),
      fc.nat(12),
      fc.boolean(),
      fc.scheduler(),
      async (projects, deliveries, planAt, together, scheduler) => {
        const run = another();
        await table.ledger.startRun(run);
        const turn = () => scheduler.schedule(Promise.resolve());
        const own = table.gated(turn);
        const deliver = async (n: number, requests: number) => {
          let left = requests;
          const stopping = table.gated(async () => {
            if (left-- <= 0) throw new Error('stopped');
            await turn();
          });
          const finished = stopping.finishPart(run.runId, part(n));
          await (requests === Number.POSITIVE_INFINITY ? finished : finished.catch(() => {}));
        };
        const steps = deliveries
          .filter(({ project }) => project < projects)
          .map(
            ({ project, requests }) =>
              () =>
                deliver(project, requests),
          );
        // In the end every message is worked through once: SQS sees to it.
        for (let n = 0; n < projects; n++) steps.push(() => deliver(n, Number.POSITIVE_INFINITY));
        const plan = async () => void (await own.planRun(run.runId, projects, []));
        steps.splice(planAt % (steps.length + 1), 0, plan);
        const work = async () => {
          if (together) await Promise.all(steps.map((step) => step()));
          else for (const step of steps) await step();
        };
        await scheduler.waitFor(work());

        const read = await table.ledger.run(run.runId);
        const parts = Array.from({ length: projects }, (_, n) => part(n));
        const jobsNew = parts.reduce((sum, { counts }) => sum + counts.jobsNew, 0);
        const counts = { ...noCounts(), clusters: projects, jobsNew };
        expect(read?.run).toMatchObject({ status: 'complete', projects, counts, finishedAt: parts.at(-1)?.finishedAt });
        expect(read?.parts).toEqual(parts);
      },
    ),
    { numRuns: 80 },
  );
});

test('runs are listed newest first, over months, as far back as they are kept', async () => {
  await using own = await engine.newTable();
  const times = [
    '2026-08-01T00:00:00Z',
    '2026-08-30T00:00:00Z',
    '2026-10-31T23:59:59Z',
    '2026-11-01T00:00:00Z',
    '2026-11-23T11:00:00Z',
  ];
  const runs = times.map((at) => another(at));
  for (const run of runs) await own.ledger.startRun(run);
  await own.ledger.record(job(), seen(0));
  own.requests();
  const first = await own.ledger.runs({ limit: 2 });
  expect(own.requests()).toEqual({ Query: 1, BatchGetItem: 1 });
  expect(first.items).toEqual([runs[4], runs[3]]);
  const second = await own.ledger.runs({ limit: 5, cursor: first.cursor as string });
  expect(second).toEqual({ items: [runs[2], runs[1]] }); // August 1 is more than 90 days ago
  expect(own.requests().Query).toBeLessThanOrEqual(4);
  await expect(own.ledger.runs({ cursor: 'x' })).rejects.toThrow('start again without it');
  expect((await own.ledger.jobs({ statuses: ['RUNNING'] })).items).toHaveLength(1); // a running run is no running job
});
