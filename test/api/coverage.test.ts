// Coverage and summary over HTTP.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asPeriod } from '../../functions/api/http/period.ts';
import { type Summary, summarize, summaryOf } from '../../functions/api/query/summary.ts';
import type { ClusterCoverage, ListCoverage, ProjectCoverage } from '../../functions/ledger/model/coverage.ts';
import { addJob, type CountedJob, type DayCounts, noDayCounts } from '../../functions/ledger/model/day-counts.ts';
import type { Finding } from '../../functions/restore/rules/finding.ts';
import { DELIVERIES, KINDS, RULES, SEVERITIES, type Severity, STATUSES } from '../../functions/schema/words.ts';
import type { CoverageRow } from '../../functions/views/coverage.ts';
import { lastDays } from '../../functions/views/pictures/spans.ts';
import { testEngine } from '../ledger/engines.ts';
import { completed, idAt, job, PROJECT, RUN, seen } from '../ledger/jobs.ts';
import { NOW } from '../ledger/table.ts';
import { startService, walk } from './service.ts';

const engine = testEngine();

const READ: ListCoverage = {
  attemptedAt: '2026-11-23T11:45:00.000Z',
  readAt: '2026-11-23T11:45:00.000Z',
  fullReadAt: '2026-11-23T02:00:00.000Z',
  settledThrough: '2026-11-23T11:00:00.000Z',
  recent: { x: 'fingerprint' },
  jobs: 12,
  open: 1,
  moving: 1,
};
/** Of a plan without collection-level restores. */
const NONE_YET: ListCoverage = {
  attemptedAt: READ.attemptedAt,
  jobs: 0,
  open: 0,
  moving: 0,
  answer: 'FEATURE_UNSUPPORTED',
};
const ERROR = { code: 'ATLAS_RATE_LIMITED', message: 'come back later', since: '2026-11-23T09:00:00.000Z' };

function countedByDay(jobs: readonly CountedJob[]): Map<string, DayCounts> {
  const days = new Map<string, DayCounts>();
  for (const job of jobs) {
    const day = job.requestedAt.slice(0, 10);
    const counts = days.get(day) ?? noDayCounts();
    addJob(counts, job);
    days.set(day, counts);
  }
  return days;
}

const LISTED = { attemptedAt: NOW, readAt: NOW, since: '2026-01-01T00:00:00.000Z' };

const cluster = (clusterName: string, parts: Partial<ClusterCoverage> = {}): ClusterCoverage => ({
  clusterName,
  tier: 'dedicated',
  firstSeenAt: '2026-01-01T00:00:00.000Z',
  seenAt: NOW,
  lists: { dedicated: READ, collection: NONE_YET },
  ...parts,
});

const project = (clusters: ClusterCoverage[], parts: Partial<ProjectCoverage> = {}): ProjectCoverage => ({
  projectId: PROJECT,
  projectName: 'payments',
  revision: 0,
  runId: RUN,
  discovery: { dedicated: LISTED, flex: LISTED, serverless: LISTED },
  clusters: Object.fromEntries(clusters.map((one) => [one.clusterName, one])),
  ...parts,
});

describe('GET /coverage', () => {
  test('every cluster says when it was last read, what failed, how many jobs are known and when a restore last succeeded', async () => {
    await using service = await startService(engine);
    const { readAt: _, ...unread } = READ;
    const restored = {
      jobId: idAt('2026-11-21T07:50:00Z'),
      requestedAt: '2026-11-21T07:50:00.000Z',
      finishedAt: '2026-11-21T08:00:00.000Z',
      durationSeconds: 600,
      snapshotAt: '2026-11-21T06:50:00.000Z',
    };
    const later = { ...restored, finishedAt: '2026-11-22T08:00:00.000Z' };
    const clusters = [
      cluster('a-read', {
        lists: {
          dedicated: { ...READ, lastCompleted: restored, durations: [600] },
          collection: { ...READ, jobs: 3, readAt: '2026-11-23T11:30:00.000Z', lastCompleted: later },
        },
      }),
      cluster('b-failing', { lists: { dedicated: { ...READ, error: ERROR }, collection: NONE_YET } }),
      cluster('c-never', { lists: { dedicated: unread, collection: NONE_YET } }),
      cluster('d-free', { tier: 'free', lists: {} }),
      cluster('e-new', { lists: {} }),
      cluster('f-sunset', { tier: 'serverless', lists: { serverless: { ...unread, jobs: 0, answer: 'ATLAS_GONE' } } }),
      cluster('g-gone', { goneAt: '2026-11-22T00:00:00.000Z' }),
      cluster('constructor', { lists: { dedicated: { ...READ, problemCount: 2 }, collection: NONE_YET } }),
    ];
    const discovery = { dedicated: LISTED, serverless: LISTED, flex: { attemptedAt: NOW, error: ERROR } };
    await service.ledger.saveCoverage(PROJECT, () => project(clusters, { discovery }));
    const { coverage } = await service.json<{ coverage: CoverageRow[] }>('/coverage');
    expect(coverage.map(({ clusterName, state }) => [clusterName, state])).toEqual([
      [undefined, 'failing'],
      ['a-read', 'read'],
      ['b-failing', 'failing'],
      ['c-never', 'never'],
      ['constructor', 'read'],
      ['d-free', 'none'],
      ['e-new', 'never'],
      ['f-sunset', 'none'],
      ['g-gone', 'gone'],
    ]);
    const [flex, read, failing] = coverage;
    expect(flex).toMatchObject({
      what: 'flex clusters',
      claim: 'incomplete',
      gaps: [{ reason: 'clusters', since: ERROR.since }],
    });
    expect(flex?.error).toEqual({ what: 'flex clusters', ...ERROR });
    expect(read).toMatchObject({
      ...{
        projectName: 'payments',
        jobs: 15,
        open: 2,
        readAt: '2026-11-23T11:30:00.000Z',
        attemptedAt: READ.attemptedAt,
      },
      ...{ claim: 'complete', provenThrough: READ.fullReadAt, fullReadingDueAt: '2026-11-24T02:00:00.000Z', gaps: [] },
      lastCompletedAt: restored.finishedAt,
      drill: { state: 'none', last: restored, durationSeconds: 600, snapshotAgeSeconds: 3_600 },
      lists: { dedicated: { lastCompleted: restored }, collection: { lastCompleted: later } },
    });
    expect(failing?.error).toEqual({ what: 'dedicated restore jobs', ...ERROR });
    expect(flex).not.toHaveProperty('drill');
    for (const hidden of ['fingerprint', 'durations', 'moving']) {
      expect(JSON.stringify(coverage)).not.toContain(hidden);
    }
  });

  test('projects come page by page, in the order of their ids', async () => {
    await using service = await startService(engine);
    const ids = Array.from({ length: 60 }, (_, n) => (n + 1).toString(16).padStart(24, '0'));
    for (const projectId of ids) {
      await service.ledger.saveCoverage(projectId, () => project([cluster('one'), cluster('two')], { projectId }));
    }
    const { items, pages } = await walk<CoverageRow>(service, '/coverage?limit=25', 'coverage');
    expect(items.map(({ projectId, clusterName }) => `${projectId}/${clusterName}`)).toEqual(
      ids.flatMap((id) => [`${id}/one`, `${id}/two`]),
    );
    expect(pages).toBe(3);
    for (const bad of [
      'drill=late',
      'drill=',
      'cursor=x',
      `cursor=abc&projectId=${PROJECT}`,
      'limit=500',
      'state=good',
    ]) {
      expect((await service.get(`/coverage?${bad}`)).status).toBe(400);
    }
  });

  test('drills are met, due or overdue as of now, and can be asked for by that', async () => {
    await using service = await startService(engine);
    const overdueAt = '2026-11-20T10:00:00.000Z';
    const restored = { jobId: idAt('2026-11-01T10:00:00Z'), requestedAt: NOW, finishedAt: '2026-11-01T10:05:00.000Z' };
    const met = { drill: { days: 30, dueAt: '2026-12-01T10:05:00.000Z' } };
    await service.ledger.saveCoverage(PROJECT, () =>
      project(
        [
          cluster('met', { ...met, lists: { dedicated: { ...READ, lastCompleted: restored } } }),
          cluster('due', { drill: { days: 30, dueAt: '2026-12-01T00:00:00.000Z' } }),
          cluster('overdue', { drill: { days: 30, dueAt: overdueAt, overdueAt } }),
          cluster('not-covered', { drill: { days: 7, dueAt: new Date(NOW).toISOString() } }),
          cluster('off', { backupsOff: true, drill: { days: 7, dueAt: overdueAt } }),
          cluster('paused', { paused: true, drill: { days: 7, dueAt: overdueAt } }),
          cluster('none'),
          cluster('gone', { drill: { days: 30, dueAt: overdueAt, overdueAt }, goneAt: overdueAt }),
        ],
        { discovery: { dedicated: LISTED, serverless: LISTED, flex: { attemptedAt: NOW, error: ERROR } } },
      ),
    );
    const rows = async (query: string) =>
      (await service.json<{ coverage: CoverageRow[] }>(`/coverage${query}`)).coverage;
    const stateOf = Object.fromEntries(
      (await rows('')).flatMap(({ clusterName, drill }) => (clusterName ? [[clusterName, drill]] : [])),
    );
    expect(stateOf).toMatchObject({
      met: { state: 'met', days: 30, last: restored },
      due: { state: 'due', dueAt: '2026-12-01T00:00:00.000Z' },
      overdue: { state: 'overdue', overdueAt },
      'not-covered': { state: 'not-covered', days: 7 },
      off: { state: 'backups-off' },
      paused: { state: 'paused' },
      none: { state: 'none' },
      gone: { state: 'none' },
    });
    expect(stateOf.due).not.toHaveProperty('overdueAt');
    for (const where of ['', `&projectId=${PROJECT}`]) {
      const overdue = await rows(`?drill=overdue${where}`);
      expect(overdue.map(({ clusterName }) => clusterName)).toEqual(['overdue']);
    }
    expect((await rows('?state=failing')).map(({ what }) => what)).toEqual(['flex clusters']);
    expect((await rows('?drill=due')).map(({ clusterName }) => clusterName)).toEqual(['due']);
  });

  test('one project shows the clusters that are gone for long as well', async () => {
    await using service = await startService(engine);
    await service.ledger.saveCoverage(PROJECT, () => project([cluster('here')]));
    await service.ledger.archiveCluster(PROJECT, cluster('long-gone', { goneAt: '2025-01-01T00:00:00.000Z' }));
    const { coverage } = await service.json<{ coverage: CoverageRow[] }>(`/coverage?projectId=${PROJECT}`);
    expect(coverage.map(({ clusterName, state }) => [clusterName, state])).toEqual([
      ['here', 'read'],
      ['long-gone', 'gone'],
    ]);
    expect((await service.get(`/coverage?projectId=${'f'.repeat(24)}`)).status).toBe(404);
  });
});

describe('GET /summary', () => {
  test('the restores of the last days are counted by status, kind, delivery and day, and timed', async () => {
    await using service = await startService(engine);
    const at = (moment: string, salt: number) => job({ jobId: idAt(moment, salt) });
    const lasting = (moment: string, salt: number, seconds: number) => {
      const begun = at(moment, salt);
      return completed(begun, new Date(Date.parse(begun.requestedAt) + seconds * 1_000).toISOString());
    };
    await service.add(
      lasting('2026-11-23T10:00:00Z', 1, 60),
      lasting('2026-11-23T09:00:00Z', 2, 120),
      lasting('2026-11-22T23:59:59Z', 3, 600),
      { ...lasting('2026-11-22T00:00:00Z', 4, 9_000), status: 'FAILED' },
      { ...at('2026-11-17T00:00:00Z', 5), delivery: 'download', kind: 'flex' },
      lasting('2026-11-16T23:59:59Z', 6, 1), // the day before
    );
    const counted = await service.json<Summary>('/summary?period=7d');
    expect(counted).toMatchObject({
      ...{ from: '2026-11-17T00:00:00.000Z', to: '2026-11-24T00:00:00.000Z', jobs: 5, open: 1, truncated: false },
      byStatus: { COMPLETED: 3, FAILED: 1, RUNNING: 1, READY: 0 },
      byKind: { dedicated: 4, flex: 1, serverless: 0 },
      byDelivery: { automated: 4, download: 1 },
      durations: { completed: 3, maxSeconds: 600 },
    });
    expect(counted.byDay.map(({ day, jobs }) => [day.slice(8), jobs])).toEqual([
      ...[
        ['17', 1],
        ['18', 0],
        ['19', 0],
        ['20', 0],
      ],
      ...[
        ['21', 0],
        ['22', 2],
        ['23', 2],
      ],
    ]);
    expect((await service.json<Summary>('/summary')).byDay).toHaveLength(30);
    expect((await service.json<Summary>('/summary?period=365d')).byDay).toHaveLength(365);
    for (const bad of ['0d', '366d', '30', 'd', '1w', '-1d']) {
      expect([bad, (await service.get(`/summary?period=${bad}`)).status]).toEqual([bad, 400]);
    }
  });

  test('findings are counted by rule, and restores by the worst of theirs', async () => {
    await using service = await startService(engine);
    const record = (salt: number, ...severities: Severity[]) => {
      const findings = severities.map((severity, n): Finding => {
        const rule = (['slow', 'download', 'protected-target'] as const)[n] ?? 'failed';
        return { rule, severity, at: NOW, why: 'Made up.' };
      });
      const one = job({ jobId: idAt('2026-11-20T10:00:00Z', salt) });
      return service.ledger.record(one, seen(0), false, { assess: () => findings });
    };
    await Promise.all([
      record(0),
      record(1, 'info'),
      record(2, 'info', 'warning'),
      record(3, 'warning', 'critical', 'info'),
    ]);
    const { jobs, findings } = await service.json<Summary>('/summary?period=7d');
    expect(jobs).toBe(4);
    expect(findings).toMatchObject({
      jobs: 3,
      bySeverity: { info: 1, warning: 1, critical: 1 },
      byRule: { slow: 3, download: 2, 'protected-target': 1, failed: 0 },
    });
    expect(Object.keys(findings.byRule).sort()).toEqual([...RULES].sort());
  });

  test('more restores than are read at once are said to be more, and from when on they are counted', async () => {
    await using service = await startService(engine);
    const jobs = Array.from({ length: 9 }, (_, n) => job({ jobId: idAt(`2026-11-20T10:00:0${n}Z`, n) }));
    await service.add(...jobs);
    const period = asPeriod(lastDays(7, Date.parse(NOW)));
    const some = await summarize(service.ledger, period, 5);
    expect(some).toMatchObject({ jobs: 5, truncated: true, countedFrom: '2026-11-20T10:00:04.000Z' });
    expect(await summarize(service.ledger, period, 9)).toMatchObject({ jobs: 9, truncated: false });
  });

  test('every job is counted once in each way of counting, and durations are those of jobs', () => {
    const period = asPeriod(lastDays(10, Date.parse(NOW)));
    const jobs = fc.array(
      fc.record({
        status: fc.constantFrom(...STATUSES),
        kind: fc.constantFrom(...KINDS),
        delivery: fc.constantFrom(...DELIVERIES),
        requestedAt: fc
          .date({ min: new Date(period.from), max: new Date(Date.parse(period.to) - 1), noInvalidDate: true })
          .map((date) => date.toISOString()),
        durationSeconds: fc.nat(10_000),
        findings: fc
          .subarray([...RULES])
          .chain((rules) =>
            fc.tuple(
              ...rules.map((rule) => fc.record({ rule: fc.constant(rule), severity: fc.constantFrom(...SEVERITIES) })),
            ),
          )
          .map((all): Finding[] => all.map((one) => ({ ...one, at: NOW, why: '' }))),
      }),
    );
    fc.assert(
      fc.property(jobs, (all) => {
        const { byDay, byStatus, byKind, byDelivery, durations, ...rest } = summaryOf(period, countedByDay(all));
        const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);
        expect([byStatus, byKind, byDelivery].map(sum)).toEqual([all.length, all.length, all.length]);
        expect(byDay.map((day) => day.jobs).reduce((a, b) => a + b, 0)).toBe(all.length);
        for (const day of byDay) expect(sum(day.byStatus)).toBe(day.jobs);
        expect(rest.jobs).toBe(all.length);
        const seconds = all.flatMap(({ status, durationSeconds }) => (status === 'COMPLETED' ? [durationSeconds] : []));
        expect(durations.completed).toBe(seconds.length);
        const flagged = all.filter((one) => one.findings.length > 0);
        expect([rest.findings.jobs, sum(rest.findings.bySeverity)]).toEqual([flagged.length, flagged.length]);
        expect(sum(rest.findings.byRule)).toBe(flagged.reduce((total, one) => total + one.findings.length, 0));
        const { medianSeconds: median, p95Seconds: p95, maxSeconds: max } = durations;
        expect([median, p95, max].map((one) => one !== undefined)).toEqual([5, 20, 1].map((n) => seconds.length >= n));
        for (const [one, share] of [[median, 0.5] as const, [p95, 0.95] as const, [max, 1] as const]) {
          if (one === undefined) continue;
          expect(seconds).toContain(one);
          expect(seconds.filter((each) => each <= one).length).toBeGreaterThanOrEqual(share * seconds.length);
        }
      }),
    );
  });
});
