import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOfPeriod, proveCluster, proveDiscovery } from '../../../bin/commands/evidence/judge-coverage.ts';
import type { Period } from '../../../bin/commands/evidence/report.ts';
import type { ClusterCoverage, DiscoveryCoverage, ListCoverage } from '../../../functions/ledger/coverage.ts';
import { idAt } from '../../ledger/jobs.ts';

const MADE_AT = '2026-11-23T12:00:00.000Z';
const PAST: Period = { since: '2026-08-01T00:00:00.000Z', until: '2026-11-01T00:00:00.000Z', ended: true };
const OPEN: Period = { since: '2026-08-25T12:00:00.000Z', until: MADE_AT, ended: false };
const FAILURE = { code: 'ATLAS_REFUSED', message: 'GET restoreJobs answered 403', since: '2026-11-22T00:00:00.000Z' };

const list = (parts: Partial<ListCoverage> = {}): ListCoverage => ({
  ...{ attemptedAt: MADE_AT, readAt: '2026-11-23T11:55:00.000Z', fullReadAt: '2026-11-23T03:00:00.000Z' },
  ...{ jobs: 3, open: 0, moving: 0 },
  ...parts,
});

/** But for what `parts` leave out by naming it undefined. */
const without = <T extends object>(object: T, ...names: (keyof T)[]): T =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name as keyof T))) as T;

const cluster = (lists: ClusterCoverage['lists'], parts: Partial<ClusterCoverage> = {}): ClusterCoverage => ({
  ...{ clusterName: 'orders', tier: 'dedicated', firstSeenAt: '2026-01-01T00:00:00.000Z', seenAt: MADE_AT, lists },
  ...parts,
});

const prove = (one: ClusterCoverage, period: Period) => proveCluster(one, { period, madeAt: MADE_AT });

describe('a period that has ended', () => {
  test('is covered where every list was read to its end after it', () => {
    const proof = prove(cluster({ dedicated: list(), collection: list({ readAt: PAST.until }) }), PAST);
    expect(proof).toMatchObject({ state: 'covered', coveredTo: PAST.until, gaps: [] });
  });

  test('is not where one list was last read before its end: from then on nothing is ruled out', () => {
    const readAt = '2026-10-31T23:59:59.999Z';
    const proof = prove(cluster({ dedicated: list({ readAt }), collection: list() }), PAST);
    expect(proof).toMatchObject({
      ...{ state: 'gap', coveredTo: readAt },
      gaps: [
        { reason: 'not-read', from: readAt, text: expect.stringContaining('requested after 2026-10-31 23:59:59 UTC') },
      ],
    });
    expect(proof.gaps[0]?.text).toMatch(/^Dedicated restores .* can't be ruled out\.$/);
  });

  test('a list that fails says since when and why', () => {
    const failing = list({ readAt: '2026-10-20T00:00:00.000Z', error: FAILURE });
    expect(prove(cluster({ dedicated: failing }), PAST).gaps).toEqual([
      {
        ...{ reason: 'failing', from: '2026-10-20T00:00:00.000Z' },
        text: "Dedicated restores requested after 2026-10-20 00:00:00 UTC can't be ruled out. Every attempt since 2026-11-22 00:00:00 UTC has failed: GET restoreJobs answered 403.",
      },
    ]);
    // A failure after the period takes nothing from what was read of it.
    expect(prove(cluster({ dedicated: list({ error: FAILURE }) }), PAST)).toMatchObject({ state: 'covered', gaps: [] });
  });
});

describe('a period that has not ended', () => {
  test('is covered so far where the last read is recent, and says up to when', () => {
    const proof = prove(cluster({ dedicated: list() }), OPEN);
    expect(proof).toMatchObject({ state: 'current', coveredTo: '2026-11-23T11:55:00.000Z', gaps: [] });
  });

  test.each([
    ['failed since', { error: FAILURE }, 'failing'],
    ['is old', { readAt: '2026-11-22T11:59:59.000Z' }, 'not-read'],
  ] as const)('is not where the last read %s', (_, parts, reason) => {
    expect(prove(cluster({ dedicated: list(parts) }), OPEN)).toMatchObject({ state: 'gap', gaps: [{ reason }] });
  });
});

describe('what was never read', () => {
  test('a list without a read to its end proves nothing', () => {
    for (const parts of [without(list(), 'readAt', 'fullReadAt'), without(list(), 'fullReadAt')]) {
      const proof = prove(cluster({ dedicated: parts }), PAST);
      expect(proof).toMatchObject({ state: 'gap', gaps: [{ reason: 'never-read' }] });
      expect(proof).not.toHaveProperty('coveredTo');
    }
    const failing = without(list({ error: FAILURE }), 'readAt', 'fullReadAt');
    expect(prove(cluster({ dedicated: failing }), OPEN).gaps[0]).toMatchObject({
      reason: 'failing',
      text: expect.stringMatching(/never read to its end: none can be ruled out\. Every attempt since .* 403\.$/),
    });
  });

  test('nor does a cluster without lists, unless its tier has no backups', () => {
    expect(prove(cluster({}), OPEN)).toMatchObject({ state: 'gap', gaps: [{ reason: 'never-read' }] });
    expect(prove(cluster({}, { tier: 'free' }), OPEN)).toEqual({ state: 'none', lists: [], gaps: [] });
  });

  test('a list that Atlas never had holds nothing; one that it had until then is a gap', () => {
    const absent = without(list({ answer: 'ATLAS_GONE' }), 'readAt', 'fullReadAt');
    const proof = prove(cluster({ dedicated: list(), serverless: absent }), PAST);
    expect(proof).toMatchObject({ state: 'covered', gaps: [] });
    expect(proof.lists.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['dedicated covered', 'serverless none']);

    const lost = list({
      answer: 'ATLAS_WRONG_TIER',
      readAt: '2026-10-01T00:00:00.000Z',
      attemptedAt: '2026-10-01T00:15:00.000Z',
    });
    expect(prove(cluster({ flex: lost }), PAST).gaps).toMatchObject([
      { reason: 'gone', from: '2026-10-01T00:00:00.000Z', until: '2026-10-01T00:15:00.000Z' },
    ]);
  });
});

describe('a cluster that is gone', () => {
  const goneAt = '2026-10-10T10:15:00.000Z';

  test('has a gap between its last read and when it was missed', () => {
    const readAt = '2026-10-10T10:00:00.000Z';
    expect(prove(cluster({ dedicated: list({ readAt }) }, { goneAt }), PAST)).toMatchObject({
      state: 'gap',
      gaps: [{ reason: 'gone', from: readAt, until: goneAt, text: expect.stringContaining('no longer there') }],
    });
  });

  test('has none where it was read to the last, and is of no period that began later', () => {
    const one = cluster({ dedicated: list({ readAt: goneAt }) }, { goneAt });
    expect(prove(one, PAST)).toMatchObject({ state: 'covered', gaps: [] });
    expect(isOfPeriod(one, PAST)).toBe(true);
    expect(isOfPeriod(one, { ...PAST, since: '2026-10-10T10:15:00.000Z' })).toBe(false);
  });

  test('one that was made after the period is none of it', () => {
    expect(isOfPeriod(cluster({}, { clusterId: idAt('2026-11-02T00:00:00Z') }), PAST)).toBe(false);
    expect(isOfPeriod(cluster({}, { clusterId: idAt('2026-10-31T00:00:00Z') }), PAST)).toBe(true);
    expect(isOfPeriod(cluster({}), PAST)).toBe(true);
  });
});

describe('jobs that were not understood', () => {
  const problem = (jobId: string) => ({ jobId, field: 'status', expected: 'one of', got: '"ODD"' });

  test('are a gap, but for those requested outside the period', () => {
    const inside = idAt('2026-10-10T00:00:00Z');
    const problems = [problem(inside), problem(idAt('2026-11-10T00:00:00Z')), problem(idAt('2026-07-31T23:59:59Z'))];
    const [gap, ...others] = prove(cluster({ dedicated: list({ problems, problemCount: 3 }) }), PAST).gaps;
    expect(others).toEqual([]);
    expect(gap).toMatchObject({
      reason: 'not-understood',
      text: expect.stringMatching(/^Atlas lists 1 dedicated restore job that is/),
    });
    expect(gap?.text).toContain(inside);
    const outside = cluster({ dedicated: list({ problems: problems.slice(1), problemCount: 2 }) });
    expect(prove(outside, PAST)).toMatchObject({ state: 'covered', gaps: [] });
  });

  test('of more than are kept nothing is known, so they count', () => {
    const problems = [problem(idAt('2026-11-10T00:00:00Z'))];
    const [gap] = prove(cluster({ dedicated: list({ problems, problemCount: 25 }) }), PAST).gaps;
    expect(gap?.text).toMatch(/^Atlas lists 24 dedicated restore jobs that are/);
  });
});

describe('lists of clusters', () => {
  const discovery = (parts: Partial<DiscoveryCoverage>): DiscoveryCoverage => ({ attemptedAt: MADE_AT, ...parts });
  const judge = (one: DiscoveryCoverage, period: Period) =>
    proveDiscovery({ discovery: { flex: one } }, { period, madeAt: MADE_AT });

  test.each([
    ['read after the period', { readAt: PAST.until }, PAST, 'covered'],
    ['read before its end', { readAt: '2026-10-01T00:00:00.000Z' }, PAST, 'gap'],
    ['read lately, in an open period', { readAt: '2026-11-23T11:00:00.000Z' }, OPEN, 'current'],
    ['failing in an open period', { readAt: '2026-11-23T11:00:00.000Z', error: FAILURE }, OPEN, 'gap'],
    ['never read', {}, OPEN, 'gap'],
  ] as const)('%s', (_, parts, period, state) => {
    const [proof] = judge(discovery(parts), period);
    expect(proof?.state).toBe(state);
    expect(proof?.gaps.map(({ reason }) => reason)).toEqual(state === 'gap' ? ['clusters'] : []);
  });

  test('one that Atlas does not have is left out', () => {
    expect(judge(discovery({ off: true }), OPEN)).toEqual([]);
  });
});

test('covered means: no moment of the period lies after the last read to the end', () => {
  const day = fc
    .integer({ min: 0, max: 400 })
    .map((days) => new Date(Date.parse('2025-11-01') + days * 86_400_000).toISOString());
  const option = fc.option(day, { nil: undefined });
  fc.assert(
    fc.property(day, day, option, option, option, fc.boolean(), (a, b, readAt, fullReadAt, goneAt, fails) => {
      fc.pre(a !== b);
      const [since, until] = [a, b].sort() as [string, string];
      const period = { since, until, ended: until < MADE_AT };
      const one = without(
        list({ ...(readAt && { readAt }), ...(fullReadAt && { fullReadAt }), ...(fails && { error: FAILURE }) }),
        ...(readAt ? [] : ['readAt' as const]),
        ...(fullReadAt ? [] : ['fullReadAt' as const]),
      );
      const proof = prove(cluster({ dedicated: one }, goneAt ? { goneAt } : {}), period);
      const end = goneAt && goneAt < until ? goneAt : until;
      expect(proof.state === 'covered').toBe(Boolean(readAt && fullReadAt && readAt >= end));
      expect(proof.gaps.length > 0).toBe(proof.state === 'gap');
      if (period.ended) expect(proof.state).not.toBe('current');
      if (proof.state === 'gap' && readAt && fullReadAt) expect(proof.gaps[0]?.from).toBe(readAt);
    }),
  );
});
