import { describe, expect, test } from 'vitest';
import { coverageEvents } from '../../../functions/events/from/coverage-events.ts';
import { MAX_DETAIL_BYTES } from '../../../functions/events/model/truncate.ts';
import type {
  ClusterCoverage,
  ListCoverage,
  Problem,
  ProjectCoverage,
} from '../../../functions/ledger/model/coverage.ts';
import { PROJECT, RUN } from '../../ledger/jobs.ts';
import { wrongs } from '../schemas.ts';

const AT = '2026-11-20T11:00:00.000Z';
const DUE = '2026-11-01T00:00:00.000Z';

const list = (parts: Partial<ListCoverage> = {}): ListCoverage => ({
  attemptedAt: AT,
  readAt: AT,
  jobs: 1,
  open: 0,
  moving: 0,
  ...parts,
});

const cluster = (clusterName: string, parts: Partial<ClusterCoverage> = {}): ClusterCoverage => ({
  clusterName,
  tier: 'dedicated',
  firstSeenAt: AT,
  seenAt: AT,
  lists: { dedicated: list() },
  ...parts,
});

const coverage = (revision: number, ...clusters: ClusterCoverage[]): ProjectCoverage => ({
  projectId: PROJECT,
  projectName: 'payments',
  revision,
  runId: RUN,
  discovery: {},
  clusters: Object.fromEntries(clusters.map((one) => [one.clusterName, one])),
});

const due = { days: 365, dueAt: DUE };
const overdue = { ...due, overdueAt: AT };

describe('drills', () => {
  test('clusters that became overdue together are one event, which is not published again', () => {
    const lastCompleted = { jobId: 'a', requestedAt: AT, finishedAt: '2025-11-01T00:00:00.000Z' };
    const lists = { dedicated: list({ lastCompleted }), collection: list() };
    const before = coverage(7, cluster('orders', { drill: due }), cluster('users', { drill: due }));
    const after = coverage(8, cluster('orders', { drill: overdue, lists }), cluster('users', { drill: overdue }));
    const [event, ...more] = coverageEvents(before, after);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      'detail-type': 'Restore Drill Overdue',
      time: AT,
      detail: {
        id: `${PROJECT}:8:drills`,
        severity: 'warning',
        clusters: [
          { clusterName: 'orders', ...due, lastCompletedAt: '2025-11-01T00:00:00.000Z' },
          { clusterName: 'users', ...due },
        ],
        message: [
          'payments: 2 clusters are overdue for a restore drill.',
          'orders (every 365 days, due 2026-11-01, last restored 2025-11-01), users (every 365 days, due 2026-11-01, no restore is known).',
        ].join('\n'),
      },
    });
    expect(wrongs(event)).toEqual([]);
    expect(coverageEvents(after, { ...after, revision: 9 })).toEqual([]);
  });

  test('one that was restored and is overdue again is published again, and only that one', () => {
    const before = coverage(1, cluster('orders', { drill: overdue }), cluster('users', { drill: overdue }));
    const again = { days: 90, dueAt: '2026-11-19T00:00:00.000Z', overdueAt: AT };
    const events = coverageEvents(
      before,
      coverage(2, cluster('orders', { drill: again }), cluster('users', { drill: overdue })),
    );
    expect(events.map(({ detail }) => 'clusters' in detail && detail.clusters)).toEqual([
      [{ clusterName: 'orders', days: 90, dueAt: again.dueAt }],
    ]);
  });

  test('one whose drill needs more than a restore says what, and when that was last shown', () => {
    const needs = { line: '*/* = verdict, rto', needs: ['verdict' as const, 'rto' as const] };
    const proof = {
      jobId: 'f'.repeat(24),
      requestedAt: '2025-11-01T00:00:00.000Z',
      finishedAt: '2025-11-01T00:00:00.000Z',
    };
    const drills = [
      { ...overdue, needs },
      { ...overdue, needs, proof },
    ];
    const [event] = coverageEvents(coverage(1), coverage(2, ...drills.map((drill, n) => cluster(`c${n}`, { drill }))));
    expect(event?.detail).toMatchObject({
      clusters: [{ needs: ['verdict', 'rto'] }, { needs: ['verdict', 'rto'], lastProvenAt: proof.finishedAt }],
      message: expect.stringMatching(/no restore is known, none is proven\), .*, last proven 2025-11-01\)\.$/),
    });
    expect(wrongs(event)).toEqual([]);
  });

  test('the first coverage of a project publishes what is overdue in it', () => {
    expect(coverageEvents(undefined, coverage(1, cluster('constructor', { drill: overdue })))).toHaveLength(1);
    expect(coverageEvents(coverage(1), coverage(2, cluster('constructor', { drill: overdue })))).toHaveLength(1);
  });

  test('hundreds at once fit into the event, or the event says how many did', () => {
    const many = Array.from({ length: 2_000 }, (_, i) => cluster(`cluster-${i}-${'x'.repeat(50)}`, { drill: overdue }));
    const [event] = coverageEvents(undefined, coverage(1, ...many));
    expect(Buffer.byteLength(JSON.stringify(event?.detail))).toBeLessThanOrEqual(MAX_DETAIL_BYTES);
    expect(event?.detail).toMatchObject({ cut: [{ field: 'clusters', of: 2_000 }] });
    expect(event?.detail.message).toMatch(/^payments: 2,000 clusters .* and 1,995 more\.$/s);
    expect(wrongs(event)).toEqual([]);
  });

  test('of a project that was never read before are marked, and later ones not', () => {
    const late = cluster('orders', { drill: overdue });
    const [first] = coverageEvents(undefined, coverage(1, late));
    const [later] = coverageEvents(coverage(1, cluster('orders')), coverage(2, late));
    expect(first?.detail).toMatchObject({ firstReading: true });
    expect(later?.detail).not.toHaveProperty('firstReading');
    expect([first, later].flatMap(wrongs)).toEqual([]);
  });
});

describe('jobs that cannot be understood', () => {
  const problem = (parts: Partial<Problem> = {}): Problem => ({
    jobId: '691ef92000000000000000aa',
    field: 'deliveryType',
    expected: 'a string',
    got: 'an object',
    ...parts,
  });
  const withProblems = (revision: number, ...problems: Problem[]) =>
    coverage(revision, cluster('orders', { lists: { dedicated: list({ problems }) } }));

  test('each is a finding of its list, once', () => {
    const before = withProblems(1, problem());
    const after = withProblems(2, problem({ jobId: '691ef92000000000000000bb' }), problem());
    const [event, ...more] = coverageEvents(before, after);
    expect(more).toEqual([]);
    expect(event?.detail).toMatchObject({
      id: `${PROJECT}/orders:691ef92000000000000000bb:unknown-job-shape`,
      severity: 'warning',
      clusterName: 'orders',
      finding: { rule: 'unknown-job-shape', severity: 'warning', at: AT },
    });
    expect(event?.detail).not.toHaveProperty('job');
    expect(event?.detail.message).toContain('deliveryType: expected a string, got an object');
    expect(wrongs(event)).toEqual([]);
  });

  test('those without an id are distinguished by the write and their place', () => {
    const { jobId: _, ...nameless } = problem({ field: 'results[]' });
    const other = { ...nameless, got: 'a list' };
    const ids = coverageEvents(undefined, withProblems(3, nameless, other)).map(({ detail }) => detail.id);
    expect(ids).toEqual([
      `${PROJECT}/orders:3.dedicated.1:unknown-job-shape`,
      `${PROJECT}/orders:3.dedicated.2:unknown-job-shape`,
    ]);
    expect(coverageEvents(withProblems(3, nameless, other), withProblems(4, other, nameless))).toEqual([]);
  });

  test('what Atlas sent for an id is shortened and cleaned', () => {
    const [event] = coverageEvents(undefined, withProblems(1, problem({ jobId: '\u0007x'.repeat(40) })));
    expect(event?.detail.id.length).toBeLessThan(130);
    expect(event?.detail.id).not.toMatch(/\p{Cc}/u);
  });
});
