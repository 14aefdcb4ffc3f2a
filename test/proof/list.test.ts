import { describe, expect, test } from 'vitest';
import type { ClusterCoverage } from '../../functions/ledger/model/coverage.ts';
import { isOfPeriod, proveCluster } from '../../functions/proof/cluster.ts';
import type { ProjectScope } from '../../functions/proof/list.ts';
import type { Asking } from '../../functions/proof/period.ts';
import { idAt } from '../ledger/jobs.ts';
import { cluster, FAILURE, list, NOW, OPEN, PAST, without } from './facts.ts';

const prove = (one: ClusterCoverage, asking: Asking, scope: ProjectScope = {}) => proveCluster(one, scope, asking);
const both = (parts: Parameters<typeof list>[0]) => cluster({ dedicated: list(parts), collection: list() });
const reasons = (one: ClusterCoverage, asking: Asking, scope: ProjectScope = {}) =>
  prove(one, asking, scope).gaps.map(({ reason }) => reason);

describe('a period that has ended', () => {
  const { until } = PAST.period;
  const before = '2026-10-31T23:59:59.999Z';

  test('is covered where every list was read to its end after it', () => {
    const proof = prove(cluster({ dedicated: list(), collection: list({ fullReadAt: until }) }), PAST);
    expect(proof).toMatchObject({ state: 'covered', coveredTo: until, gaps: [] });
  });

  test('is not where a list was last read to its end before: an incremental reading proves nothing', () => {
    const proof = prove(both({ fullReadAt: before }), PAST);
    expect(proof).toMatchObject({
      ...{ state: 'due', coveredTo: before },
      gaps: [{ reason: 'full-reading-due', from: before, action: expect.stringContaining('collect --full') }],
    });
    expect(proof.gaps[0]?.text).toMatch(/^Dedicated restores requested after 2026-10-31 23:59:59 UTC are proven by/);
  });

  test('is not where nobody read a list since', () => {
    const proof = prove(both({ fullReadAt: before, readAt: before, attemptedAt: before }), PAST);
    expect(proof).toMatchObject({ state: 'gap', gaps: [{ reason: 'not-read', from: before }] });
  });

  test('a list that fails says since when and why', () => {
    expect(prove(both({ fullReadAt: before, error: FAILURE }), PAST).gaps).toEqual([
      {
        ...{ reason: 'failing', from: before, since: FAILURE.since, action: expect.any(String) },
        text: "Dedicated restores requested after 2026-10-31 23:59:59 UTC can't be ruled out. Every attempt since 2026-11-22 00:00:00 UTC has failed: GET restoreJobs answered 403.",
      },
    ]);
    // A failure after the period takes nothing from what was read of it.
    expect(prove(both({ error: FAILURE }), PAST)).toMatchObject({ state: 'covered', gaps: [] });
  });

  test('a time ahead of now is no fact', () => {
    expect(reasons(both({ fullReadAt: '2030-01-01T00:00:00.000Z' }), PAST)).toEqual(['clock']);
    expect(reasons(both({ fullReadAt: '2026-11-23T12:00:59.000Z' }), PAST)).toEqual([]);
  });
});

describe('a period that has not ended', () => {
  test('is proven by the next reading to the end only, and says up to when it is up to date', () => {
    const proof = prove(cluster(), OPEN);
    expect(proof).toMatchObject({ state: 'due', coveredTo: '2026-11-23T03:00:00.000Z' });
    expect(proof.gaps.map(({ reason, from }) => [reason, from])).toEqual([
      ['full-reading-due', '2026-11-23T03:00:00.000Z'],
      ['full-reading-due', '2026-11-23T03:00:00.000Z'],
    ]);
    expect(proof.gaps[0]?.text).toContain('up to date as of 2026-11-23 11:55:00 UTC');
  });

  test.each([
    ['failed since', { error: FAILURE }, 'failing'],
    ['is old', { readAt: '2026-11-22T09:59:59.000Z' }, 'not-read'],
  ] as const)('is a gap where the last reading %s', (_, parts, reason) => {
    expect(prove(both(parts), OPEN)).toMatchObject({
      state: 'gap',
      gaps: expect.arrayContaining([expect.objectContaining({ reason })]),
    });
  });
});

describe('what was never read', () => {
  test('a list without a reading to its end proves nothing', () => {
    for (const parts of [without(list(), 'readAt', 'fullReadAt'), without(list(), 'fullReadAt')]) {
      const proof = prove(cluster({ dedicated: parts, collection: list() }), PAST);
      expect(proof).toMatchObject({ state: 'gap', gaps: [{ reason: 'never-read' }] });
      expect(proof).not.toHaveProperty('coveredTo');
    }
    const failing = without(list({ error: FAILURE }), 'readAt', 'fullReadAt');
    expect(prove(cluster({ dedicated: failing }), OPEN).gaps[0]).toMatchObject({
      reason: 'failing',
      text: expect.stringMatching(/never read to its end: none can be ruled out\. Every attempt since .* 403\.$/),
    });
  });

  test('nor does a list that is not on record at all, unless its tier has no backups', () => {
    expect(reasons(cluster({}), PAST)).toEqual(['never-read', 'never-read']);
    expect(reasons(cluster({ dedicated: list() }), PAST)).toEqual(['never-read']);
    expect(prove(cluster({}, { tier: 'free' }), OPEN)).toEqual({ state: 'none', lists: [], gaps: [] });
  });

  test('a list that Atlas never had holds nothing as of when Atlas said so; one that it had until then is a gap', () => {
    const notInPlan = { since: '2026-01-01T00:00:00.000Z', at: '2026-11-23T11:55:00.000Z' };
    const absent = without(list({ answer: 'FEATURE_UNSUPPORTED', notInPlan }), 'readAt', 'fullReadAt');
    const proof = prove(cluster({ dedicated: list(), collection: absent }), PAST);
    expect(proof).toMatchObject({ state: 'covered', gaps: [] });
    expect(proof.lists.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['dedicated covered', 'collection none']);
    expect(reasons(cluster({ dedicated: list(), collection: absent }), OPEN)).toContain('full-reading-due');

    const [fullReadAt, attemptedAt] = ['2026-10-01T00:00:00.000Z', '2026-10-01T00:15:00.000Z'];
    const notThere = { since: attemptedAt, at: NOW };
    const lost = list({ answer: 'ATLAS_WRONG_TIER', notThere, readAt: fullReadAt, fullReadAt, attemptedAt });
    expect(prove(cluster({ dedicated: list(), collection: list(), flex: lost }), PAST).gaps).toMatchObject([
      { reason: 'gone', from: fullReadAt, until: attemptedAt },
    ]);
  });
});

describe('a list that Atlas says is not there', () => {
  const unread = (parts: Parameters<typeof list>[0]) =>
    cluster({ dedicated: list(), collection: without(list(parts), 'readAt', 'fullReadAt') });
  const since = '2026-10-10T10:15:00.000Z';

  test('and that was never read to its end is a gap until Atlas said so, and none after', () => {
    const one = unread({ answer: 'CLUSTER_NOT_FOUND', notThere: { since, at: NOW } });
    expect(prove(one, PAST)).toMatchObject({
      state: 'gap',
      gaps: [{ reason: 'gone', until: since, since, text: expect.stringContaining("can't be read any more") }],
    });
    expect(prove(one, { ...PAST, period: { ...PAST.period, since } })).toMatchObject({ state: 'covered', gaps: [] });
    expect(reasons(cluster(one.lists, { goneAt: since }), PAST)).toEqual(['gone']);
  });

  test('an answer without a time proves nothing', () => {
    expect(reasons(unread({ answer: 'CLUSTER_NOT_FOUND' }), PAST)).toEqual(['never-read']);
  });

  test('proves nothing of the time after its last answer', () => {
    const at = '2026-10-20T00:00:00.000Z';
    const failing = unread({ error: FAILURE, answer: 'FEATURE_UNSUPPORTED', notInPlan: { since, at } });
    expect(prove(failing, PAST).gaps).toMatchObject([{ reason: 'failing', from: at }]);
    const gone = unread({ answer: 'CLUSTER_NOT_FOUND', notInPlan: { since, at }, notThere: { since: NOW, at: NOW } });
    expect(prove(cluster(gone.lists, { goneAt: NOW }), PAST).gaps).toMatchObject([{ reason: 'gone', from: at }]);
  });

  test('is a gap before the plan ended it, where it was there', () => {
    const fullReadAt = '2026-10-01T00:00:00.000Z';
    const notInPlan = { since, at: NOW, unsure: true } as const;
    const ended = list({ answer: 'FEATURE_UNSUPPORTED', notInPlan, readAt: fullReadAt, fullReadAt });
    const one = cluster({ dedicated: list(), collection: ended });
    expect(prove(one, PAST).gaps).toMatchObject([{ reason: 'gone', from: fullReadAt, until: since }]);
    expect(reasons(one, { ...PAST, period: { ...PAST.period, since } })).toEqual([]);
  });
});

describe('a list that a change of tier ended', () => {
  const supersededAt = '2026-10-10T10:15:00.000Z';
  const moved = (parts: Parameters<typeof list>[0]) =>
    cluster({ dedicated: list(), collection: list(), flex: list({ supersededAt, ...parts }) });

  test('is covered for good where it was read to its end after the change', () => {
    expect(prove(moved({ fullReadAt: supersededAt }), PAST)).toMatchObject({ state: 'covered', gaps: [] });
    expect(reasons(moved({ fullReadAt: supersededAt, error: FAILURE }), PAST)).toEqual([]);
  });

  test('else the time between its last reading and the change is a gap', () => {
    const fullReadAt = '2026-10-10T03:00:00.000Z';
    expect(prove(moved({ fullReadAt }), PAST).gaps).toMatchObject([
      { reason: 'gone', from: fullReadAt, until: supersededAt, text: expect.stringContaining('changed its tier') },
    ]);
  });
});

describe('a project that is no longer in sight', () => {
  const notVisibleSince = '2026-10-10T10:15:00.000Z';
  const fullReadAt = '2026-10-10T03:00:00.000Z';

  test('is a gap from its last reading on, with what to do', () => {
    expect(prove(both({ fullReadAt }), PAST, { notVisibleSince }).gaps).toMatchObject([
      { reason: 'not-visible', from: fullReadAt, since: notVisibleSince, action: expect.stringContaining('retire') },
    ]);
  });

  test('is none for what was proven before, and ends when someone retires it', () => {
    expect(reasons(both({}), PAST, { notVisibleSince })).toEqual([]);
    const outOfScopeSince = '2026-10-20T00:00:00.000Z';
    const [gap] = prove(both({ fullReadAt }), PAST, { notVisibleSince, outOfScopeSince }).gaps;
    expect(gap).toMatchObject({ from: fullReadAt, until: outOfScopeSince });
  });
});

describe('a cluster that is gone', () => {
  const goneAt = '2026-10-10T10:15:00.000Z';

  test('has a gap between its last reading to the end and when it was missed', () => {
    const readAt = '2026-10-10T10:00:00.000Z';
    expect(
      prove(
        cluster({ dedicated: list({ fullReadAt: readAt }), collection: list({ fullReadAt: goneAt }) }, { goneAt }),
        PAST,
      ),
    ).toMatchObject({
      state: 'gap',
      gaps: [{ reason: 'gone', from: readAt, until: goneAt, text: expect.stringContaining('no longer there') }],
    });
  });

  test('has none where it was read to the last, and is of no period that began later', () => {
    const one = cluster(
      { dedicated: list({ fullReadAt: goneAt }), collection: list({ fullReadAt: goneAt }) },
      { goneAt },
    );
    expect(prove(one, PAST)).toMatchObject({ state: 'covered', gaps: [] });
    expect(isOfPeriod(one, PAST.period)).toBe(true);
    expect(isOfPeriod(one, { ...PAST.period, since: '2026-10-10T10:15:00.000Z' })).toBe(false);
  });

  test('one that was made after the period is none of it', () => {
    expect(isOfPeriod(cluster({}, { clusterId: idAt('2026-11-02T00:00:00Z') }), PAST.period)).toBe(false);
    expect(isOfPeriod(cluster({}, { clusterId: idAt('2026-10-31T00:00:00Z') }), PAST.period)).toBe(true);
    expect(isOfPeriod(cluster({}), PAST.period)).toBe(true);
  });
});

describe('jobs that were not understood', () => {
  const problem = (jobId: string) => ({ jobId, field: 'status', expected: 'one of', got: '"ODD"' });

  test('are a gap, but for those requested outside the period', () => {
    const inside = idAt('2026-10-10T00:00:00Z');
    const problems = [problem(inside), problem(idAt('2026-11-10T00:00:00Z')), problem(idAt('2026-07-31T23:59:59Z'))];
    const [gap, ...others] = prove(both({ problems, problemCount: 3 }), PAST).gaps;
    expect(others).toEqual([]);
    expect(gap).toMatchObject({
      reason: 'not-understood',
      text: expect.stringMatching(/^Atlas lists 1 dedicated restore job that is/),
    });
    expect(gap?.text).toContain(inside);
    const outside = both({ problems: problems.slice(1), problemCount: 2 });
    expect(prove(outside, PAST)).toMatchObject({ state: 'covered', gaps: [] });
  });

  test('of more than are kept nothing is known, so they count', () => {
    const problems = [problem(idAt('2026-11-10T00:00:00Z'))];
    const [gap] = prove(both({ problems, problemCount: 25 }), PAST).gaps;
    expect(gap?.text).toMatch(/^Atlas lists 24 dedicated restore jobs that are/);
  });
});
