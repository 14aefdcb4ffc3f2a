import { expect, test } from 'vitest';
import { withEvents } from '../../functions/events/delivery/publishing-ledger.ts';
import type { LedgerEvent } from '../../functions/events/model/event.ts';
import { objectivesOf } from '../../functions/restore/objectives/objective.ts';
import { DEFAULT_RULES } from '../../functions/restore/rules/rules.ts';
import type { CoverageRow } from '../../functions/views/coverage.ts';
import { coverageRows } from '../../functions/views/coverage.ts';
import { DAY, HOUR, MINUTE } from '../../local/atlas/base/time.ts';
import { BO } from '../ledger/annotations/annotators.ts';
import { testEngine } from '../ledger/engines.ts';
import { System } from './system.ts';

const engine = testEngine();
const OBJECTIVES = ['*/* = rto 1h'];
const GOOD = { validation: { status: 'SUCCESSFUL' } } as const;
const BAD = { validation: { status: 'FAILED' } } as const;
/** Of a cluster whose drills nothing proves, only so many verdicts are read. */
const MOST_VERDICTS = 500;

/** A cluster that was just made, read each day, whose drills need a verdict and another project within 30 days. */
async function started(needs = 'verdict, other-project, rto') {
  const system = await System.start(engine, { projects: 2, clusters: 1, jobs: 0 });
  const { world } = system.atlas;
  const [{ id: projectId }, { id: elsewhere }] = world.projects as unknown as [{ id: string }, { id: string }];
  const clusterName = 'drilled';
  world.addCluster({ projectId, clusterName });
  const drillNeeds = [`*/${clusterName} = ${needs}`];
  const rules = { ...DEFAULT_RULES, drillDays: 30, drillNeeds, objectives: OBJECTIVES };
  const events: LedgerEvent[] = [];
  const ledger = withEvents(system.ledger, (event) => void events.push(event));
  const run = async () => {
    const { run: ended } = await system.run({ full: true }, { ledger }, { rules });
    expect(ended.status).toBe('complete');
  };
  const restore = (targetProjectId = elsewhere) =>
    world.startRestore({
      projectId,
      clusterName,
      kind: 'dedicated',
      durationMs: MINUTE,
      outcome: 'completed',
      targetProjectId,
    }).id;
  const days = async (count: number) => {
    for (let left = count; left > 0; left--) {
      system.clock.advance(DAY);
      await run();
    }
  };
  /** Days on which nobody reads but on the last. */
  const pass = async (count: number) => {
    system.clock.advance(count * DAY);
    await run();
  };
  const row = async (): Promise<CoverageRow> => {
    const context = { now: system.clock.now(), objectives: objectivesOf(OBJECTIVES) };
    for await (const facts of system.ledger.projects())
      for (const one of coverageRows(facts, context)) if (one.clusterName === clusterName) return one;
    throw new Error('expected a row of the cluster');
  };
  const overdue = () =>
    events.flatMap(({ detail }) =>
      'clusters' in detail ? detail.clusters.filter((one) => one.clusterName === clusterName) : [],
    );
  await run();
  return Object.assign(system, { projectId, clusterName, restore, days, pass, row, overdue, collect: run });
}

test('a verdict given later makes a restore proof at once; corrected to failed, it is none any more', async () => {
  await using system = await started();
  const jobId = system.restore();
  system.clock.advance(HOUR);
  await system.collect();
  expect(await system.row()).toMatchObject({
    drill: { state: 'not-proven', unproven: { jobId, missing: ['verdict'] }, last: { jobId, elsewhere: true } },
    evidence: { grade: 'restored elsewhere', jobId, fallsBackTo: 'lapsed' },
  });
  await system.days(20);
  await system.annotate(system.projectId, jobId, GOOD);
  // Nobody collected since.
  const proven = await system.row();
  expect(proven).toMatchObject({
    drill: {
      state: 'proven',
      proof: { jobId },
      needs: { needs: ['verdict', 'other-project', 'rto'], rtoSeconds: 3_600 },
    },
    evidence: { grade: 'verified within objectives', jobId, fallsBackTo: 'lapsed' },
  });
  await system.collect();
  expect((await system.ledger.coverage(system.projectId))?.clusters[system.clusterName]).toMatchObject({
    drill: { dueAt: proven.drill?.dueAt, proof: { jobId } },
    evidence: [jobId],
  });
  expect(await system.row()).toMatchObject({ drill: proven.drill });

  await system.annotate(system.projectId, jobId, BAD);
  expect(await system.row()).toMatchObject({
    drill: { state: 'not-proven', unproven: { jobId, missing: ['verdict'] } },
    evidence: { grade: 'restored elsewhere' },
  });
  await system.collect();
  expect((await system.ledger.coverage(system.projectId))?.clusters[system.clusterName]).not.toHaveProperty('evidence');
  expect(system.overdue()).toEqual([]);
  await system.days(10);
  expect(await system.row()).toMatchObject({ drill: { state: 'overdue' }, evidence: { grade: 'lapsed' } });
  expect(system.overdue()).toMatchObject([
    { needs: ['verdict', 'other-project', 'rto'], lastCompletedAt: expect.any(String) },
  ]);
  expect(system.overdue()[0]).not.toHaveProperty('lastProvenAt');
});

test('an older proof stands again where a later one is corrected', async () => {
  await using system = await started('verdict');
  const [first, second] = [system.restore(), undefined as string | undefined];
  await system.days(2);
  const later = second ?? system.restore();
  await system.days(1);
  for (const jobId of [first, later]) await system.annotate(system.projectId, jobId, GOOD);
  await system.collect();
  expect(await system.row()).toMatchObject({ drill: { state: 'proven', proof: { jobId: later } } });
  await system.annotate(system.projectId, later, BAD, BO);
  expect(await system.row()).toMatchObject({ drill: { state: 'proven', proof: { jobId: first } } });
});

test('a restore into the same project is no proof, and is overdue once, when the time is over', async () => {
  await using system = await started();
  const jobId = system.restore(system.projectId);
  await system.days(1);
  await system.annotate(system.projectId, jobId, GOOD);
  expect(await system.row()).toMatchObject({
    drill: { state: 'not-proven', unproven: { missing: ['other-project'] } },
    evidence: { grade: 'verified within objectives' },
  });
  await system.days(32);
  expect(await system.row()).toMatchObject({ drill: { state: 'overdue' }, evidence: { grade: 'lapsed' } });
  expect(system.overdue()).toHaveLength(1);
});

test('the proof outlives the retention; one that is let go leaves no mark, and it is known that it would have counted', async () => {
  await using system = await started('verdict');
  const first = system.restore();
  await system.days(1);
  const second = system.restore();
  await system.days(1);
  for (const jobId of [first, second]) await system.annotate(system.projectId, jobId, GOOD);
  for (let day = 0; day < 32; day++) {
    system.restore();
    await system.days(1);
  }
  await system.retain(30);
  await system.days(1);
  await system.retain(30);
  const jobs = await system.recorded();
  expect([jobs.has(first), jobs.has(second)]).toEqual([false, true]);
  const marks = (await system.keys()).filter(({ pk }) => pk === 'VERDICTS').map(({ sk }) => sk.slice(-24));
  expect(marks).toEqual([second]);
  const cluster = (await system.ledger.coverage(system.projectId))?.clusters[system.clusterName];
  expect(cluster).toMatchObject({ evidence: [second], provenLetGo: expect.any(String) });
  expect(await system.verify()).toMatchObject({ verified: true });
});

test('the report has the same drill and grade, and says so of the end of its period', async () => {
  await using system = await started('verdict');
  const began = system.clock.now();
  const jobId = system.restore();
  await system.days(2);
  await system.annotate(system.projectId, jobId, GOOD);
  await system.days(40);
  const clusterAt = async (until: number) =>
    (await system.claim(began - DAY, until)).projects
      .flatMap(({ clusters }) => clusters)
      .find(({ clusterName }) => clusterName === system.clusterName);
  const [early, late] = [await clusterAt(began + 10 * DAY), await clusterAt(system.clock.now())];
  expect(early).toMatchObject({
    drill: { state: 'proven', provenAt: expect.any(String) },
    evidence: { grade: 'verified' },
  });
  expect(late).toMatchObject({ drill: { state: 'overdue', missed: [{}] }, evidence: { grade: 'lapsed' } });
});

test('where more restores were judged than are read, the one that is not read is neither missing nor counted, until it would not count', async () => {
  await using system = await started('verdict, other-project');
  const proof = system.restore();
  const newer: string[] = [];
  for (let left = MOST_VERDICTS; left > 0; left--) {
    system.clock.advance(HOUR);
    newer.push(system.restore(system.projectId));
  }
  system.clock.advance(HOUR);
  await system.collect();
  const [last = '', ...all] = newer.toReversed();
  await system.annotate(system.projectId, proof, GOOD);
  for (const jobId of all) await system.annotate(system.projectId, jobId, BAD);
  expect(await system.row()).toMatchObject({
    ...{ drill: { state: 'proven', proof: { jobId: proof } }, evidence: { grade: 'verified within objectives' } },
  });

  await system.annotate(system.projectId, last, BAD);
  const notKnown = { drill: { state: 'not-covered' }, evidence: { grade: 'restored elsewhere', orHigher: true } };
  expect(await system.row()).toMatchObject(notKnown);
  await system.collect();
  expect(await system.row()).toMatchObject(notKnown);
  const since = system.clock.now() - 10 * DAY;
  const [reported] = (await system.claim(since, system.clock.now())).projects.flatMap(({ clusters }) =>
    clusters.filter(({ clusterName }) => clusterName === system.clusterName),
  );
  expect(reported).toMatchObject(notKnown);

  // More than 30 days after the proof was requested, but it may have finished later.
  await system.pass(14);
  expect(await system.row()).toMatchObject({ drill: { state: 'not-covered' } });
  expect(system.overdue()).toEqual([]);
  await system.pass(20);
  expect(await system.row()).toMatchObject({ drill: { state: 'overdue' }, evidence: { grade: 'lapsed' } });
  expect(system.overdue()).toHaveLength(1);
});
