// What the coverage adds up to as time goes by is what its rows say at that time, for any coverage and any moment.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ClusterCoverage, COVERAGE_NUMBERS, type ListCoverage } from '../../functions/ledger/model/coverage.ts';
import type { ProjectFacts } from '../../functions/ledger/model/known-project.ts';
import { defined } from '../../functions/platform/defined.ts';
import { coverageRows } from '../../functions/views/coverage.ts';
import { numbersAt, numbersOf, totalsOf } from '../../functions/views/coverage-totals.ts';
import { idAt } from '../ledger/jobs.ts';
import { cluster, coverage, discovery, FAILURE, known, list } from '../proof/facts.ts';

const NOW = Date.parse('2026-11-23T12:00:30.000Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Around now, and about a day before it; clocks may have been wrong. */
const moment = fc
  .oneof(
    fc.integer({ min: -60 * HOUR, max: 0 }),
    fc.integer({ min: -40 * DAY, max: 0 }),
    fc.integer({ min: 0, max: 10 * HOUR }),
  )
  .map((ms) => new Date(NOW + ms).toISOString());
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 4 });
const seldom = <T>(of: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 7, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: of });
const absence = fc.tuple(moment, moment).map(([a, b]) => ({ since: a < b ? a : b, at: a < b ? b : a }));
const arbitraryList: fc.Arbitrary<ListCoverage> = fc
  .record({
    readAt: maybe(moment),
    fullReadAt: maybe(moment),
    error: seldom(fc.constant(FAILURE)),
    notInPlan: seldom(absence),
    notThere: seldom(absence),
    supersededAt: seldom(moment),
    answer: seldom(fc.constant('NOT_IN_PLAN')),
    problem: seldom(moment),
    finishedAt: maybe(moment),
  })
  .map(({ problem, finishedAt, ...times }) => {
    const jobId = idAt(finishedAt ?? '2026-01-01T00:00:00Z');
    const problems = problem && [{ jobId: idAt(problem), path: 'id', expected: 'text' }];
    const lastCompleted = finishedAt && { jobId, requestedAt: finishedAt, finishedAt };
    return { ...list(), readAt: undefined, fullReadAt: undefined, ...defined({ ...times, problems, lastCompleted }) };
  })
  .map((one) => defined(one) as unknown as ListCoverage);
const arbitraryCluster: fc.Arbitrary<ClusterCoverage> = fc
  .record({
    dedicated: maybe(arbitraryList),
    collection: maybe(arbitraryList),
    flex: seldom(arbitraryList),
    goneAt: seldom(moment),
    drill: maybe(fc.record({ days: fc.integer({ min: 1, max: 40 }), dueAt: moment })),
    paused: seldom(fc.constant(true as const)),
  })
  .map(({ dedicated, collection, flex, ...parts }) =>
    cluster(defined({ dedicated, collection, flex }), defined(parts) as Partial<ClusterCoverage>),
  );
const arbitraryProject: fc.Arbitrary<ProjectFacts> = fc
  .record({
    clusters: fc.array(arbitraryCluster, { maxLength: 3 }),
    isRead: fc.boolean(),
    discoveredAt: moment,
    notVisibleSince: seldom(moment),
    excludedSince: seldom(moment),
  })
  .map(({ clusters, isRead, discoveredAt, ...scope }) => {
    const found = discovery({ readAt: discoveredAt });
    const read = coverage({
      discovery: { dedicated: found, flex: found, serverless: discovery() },
      clusters: Object.fromEntries(clusters.map((one, n) => [`c${n}`, { ...one, clusterName: `c${n}` }])),
    });
    const facts = { projectId: read.projectId, projectName: read.projectName, known: known(defined(scope)) };
    return isRead || clusters.length > 0 ? { ...facts, coverage: read } : facts;
  });

async function* given<T>(items: readonly T[]) {
  yield* items;
}

test('the totals of any coverage are those of its rows at the end of each slot', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbitraryProject, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(HOUR, 2.25 * HOUR, 26 * HOUR, 15 * DAY),
      fc.array(fc.integer({ min: 0, max: 60 * HOUR }), { minLength: 8, maxLength: 8 }),
      async (projects, lateAfterMs, waits) => {
        const totals = await totalsOf(given(projects), { now: NOW, lateAfterMs });
        for (const wait of waits) {
          const at = Math.min(NOW + wait, Date.parse(totals.until));
          const end = (Math.floor(at / totals.slotMs) + 1) * totals.slotMs - 1;
          const rows = projects.flatMap((project) => coverageRows(project, { now: end, lateAfterMs }));
          expect([wait, numbersAt(totals, at)]).toEqual([wait, numbersOf(rows)]);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a cluster that nobody reads any more becomes late, then stale, and its drill is not known to be overdue', async () => {
  const readAt = new Date(NOW).toISOString();
  const lists = { dedicated: list({ readAt, fullReadAt: readAt }), collection: list({ readAt, fullReadAt: readAt }) };
  const one = cluster(lists, { drill: { days: 7, dueAt: new Date(NOW + HOUR).toISOString() } });
  const project = { projectId: 'p', projectName: 'p', known: known(), coverage: coverage({ clusters: { one } }) };
  // Its drill is covered up to the due date by a reading after it only.
  const totals = await totalsOf(given([project]), { now: NOW, lateAfterMs: 2 * HOUR });
  const after = (hours: number) => numbersAt(totals, NOW + hours * HOUR);
  expect(after(0)).toEqual({
    clusters: 1,
    covered: 1,
    unread: 0,
    attention: 0,
    expected: 1,
    overdue: 0,
    drillsUnknown: 0,
  });
  expect(after(1.9)).toMatchObject({ covered: 1, attention: 0 });
  expect(after(2.1)).toMatchObject({ covered: 1, attention: 1 });
  expect(after(27)).toMatchObject({ covered: 0, overdue: 0, drillsUnknown: 1 });
  expect(totals).toMatchObject({ projects: 1, read: { clusters: 1, projects: 1 } });
});

test('what was counted stays small, however many clusters there are and however far ahead it is known', async () => {
  const many = Array.from({ length: 1_500 }, (_, n) => {
    const readAt = new Date(NOW - n * 60_000).toISOString();
    return [`c${n}`, cluster({ dedicated: list({ readAt }), collection: list({ readAt }) }, { clusterName: `c${n}` })];
  });
  const project = { projectId: 'p', projectName: 'p', coverage: coverage({ clusters: Object.fromEntries(many) }) };
  for (const lateAfterMs of [2 * HOUR, 15 * DAY]) {
    const { numbers, slotMs, until, countedAt } = await totalsOf(given([project]), { now: NOW, lateAfterMs });
    for (const name of COVERAGE_NUMBERS) expect(numbers[name].steps.length).toBeLessThanOrEqual(2 * 3_001);
    // A slot is longer where more is to come.
    expect(until > countedAt && slotMs).toBe(lateAfterMs === 2 * HOUR ? 120_000 : 900_000);
  }
});
