import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClusterCoverage, CompletedRestore, ListCoverage } from '../../../functions/ledger/model/coverage.ts';
import { drillOf as drillOrNotKnown, drillState } from '../../../functions/proof/drill-state.ts';
import { compileRules } from '../../../functions/restore/rules/compile-rules.ts';
import { type Drill, type DrilledCluster, drillDue as dueOrNotKnown } from '../../../functions/restore/rules/drill.ts';
import { DEFAULT_RULES, type Rules } from '../../../functions/restore/rules/rules.ts';
import { known } from '../tags/known.ts';

const rules = (given: Partial<Rules> = {}) => compileRules({ ...DEFAULT_RULES, drillDays: 30, ...given });
const drillDue = (...of: Parameters<typeof dueOrNotKnown>) => known(dueOrNotKnown(...of));
const drillOf = (...of: Parameters<typeof drillOrNotKnown>) => known(drillOrNotKnown(...of));
const at = (day: string) => new Date(`${day}T00:00:00.000Z`);

const orders: DrilledCluster = {
  projectName: 'prod-eu',
  clusterName: 'Orders',
  tier: 'dedicated',
  createdAt: '2026-01-01T00:00:00.000Z',
};

describe('when a cluster must have been restored by', () => {
  test('counts from its creation, then from its last restore', () => {
    expect(drillDue(orders, rules(), at('2026-01-15'))).toEqual({ days: 30, dueAt: '2026-01-31T00:00:00.000Z' });
    const restored = { ...orders, lastCountedAt: '2026-02-01T10:00:00.000Z' };
    expect(drillDue(restored, rules(), at('2026-02-02'))).toEqual({ days: 30, dueAt: '2026-03-03T10:00:00.000Z' });
  });

  test('a restore of an earlier cluster of this name does not count', () => {
    const reused = { ...orders, lastCountedAt: '2025-12-31T00:00:00.000Z' };
    expect(drillDue(reused, rules(), at('2026-01-15'))?.dueAt).toBe('2026-01-31T00:00:00.000Z');
  });

  test('is asked of no free cluster, of none that is gone, and of none with 0 days', () => {
    const now = at('2027-01-01');
    expect(drillDue({ ...orders, tier: 'free' }, rules(), now)).toBeUndefined();
    expect(drillDue({ ...orders, goneAt: '2026-06-01T00:00:00.000Z' }, rules(), now)).toBeUndefined();
    expect(drillDue(orders, rules({ drillDays: 0 }), now)).toBeUndefined();
    expect(drillDue(orders, rules({ drillDaysFor: ['prod-*/ord* = 0'] }), now)).toBeUndefined();
  });

  test('follows the days set for it', () => {
    expect(drillDue(orders, rules({ drillDaysFor: ['prod-*/* = 7'] }), at('2026-01-02'))).toEqual({
      days: 7,
      dueAt: '2026-01-08T00:00:00.000Z',
    });
  });

  test('is overdue from that moment, once, until it is restored', () => {
    const due = { days: 30, dueAt: '2026-01-31T00:00:00.000Z' };
    const first = drillDue({ ...orders, drill: due }, rules(), at('2026-01-31'));
    expect(first).toEqual({ ...due, overdueAt: '2026-01-31T00:00:00.000Z' });
    expect(drillDue({ ...orders, drill: first }, rules(), at('2026-02-05'))).toEqual(first);
    const restored = { ...orders, drill: first, lastCountedAt: '2026-02-06T00:00:00.000Z' };
    expect(drillDue(restored, rules(), at('2026-02-07'))).toEqual({ days: 30, dueAt: '2026-03-08T00:00:00.000Z' });
  });

  test('other rules make it overdue anew, or not at all', () => {
    const overdue = drillDue(orders, rules(), at('2026-03-01'));
    expect(overdue?.overdueAt).toBe('2026-03-01T00:00:00.000Z');
    const sooner = drillDue({ ...orders, drill: overdue }, rules({ drillDays: 7 }), at('2026-03-02'));
    expect(sooner?.overdueAt).toBe('2026-03-02T00:00:00.000Z');
    expect(drillDue({ ...orders, drill: overdue }, rules({ drillDays: 365 }), at('2026-03-02'))).toEqual({
      days: 365,
      dueAt: '2027-01-01T00:00:00.000Z',
    });
  });

  test('looked at ever later, it becomes overdue at most once, at the first look after the moment', () => {
    const looks = fc
      .array(fc.nat(100 * 86_400), { minLength: 1, maxLength: 20 })
      .map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(looks, (seconds) => {
        let drill: Drill | undefined;
        const dueMs = Date.parse('2026-01-31T00:00:00.000Z');
        const moments = seconds.map((s) => Date.parse(orders.createdAt) + s * 1_000);
        for (const moment of moments) drill = drillDue({ ...orders, drill }, rules(), new Date(moment));
        const first = moments.find((moment) => moment >= dueMs);
        expect(drill?.overdueAt).toBe(first === undefined ? undefined : new Date(first).toISOString());
      }),
    );
  });
});

const completed = (finishedAt: string, more: Partial<CompletedRestore> = {}): CompletedRestore => ({
  jobId: '6a79e4800000000000000001',
  requestedAt: '2026-02-01T09:00:00.000Z',
  finishedAt,
  ...more,
});
const list = (lastCompleted?: CompletedRestore): ListCoverage => ({
  attemptedAt: '2026-02-10T00:00:00.000Z',
  jobs: 1,
  open: 0,
  moving: 0,
  ...(lastCompleted && { lastCompleted }),
});
const cluster = (lists: ClusterCoverage['lists'], more: Partial<ClusterCoverage> = {}): ClusterCoverage => ({
  clusterName: 'Orders',
  tier: 'dedicated',
  firstSeenAt: '2026-01-01T00:00:00.000Z',
  seenAt: '2026-02-10T00:00:00.000Z',
  lists,
  ...more,
});
const withDrill = (of: ClusterCoverage, now: Date): ClusterCoverage => {
  const drill = drillOf('prod-eu', of, rules(), now);
  return { ...of, ...(drill && { drill }) };
};

describe("a cluster's drill", () => {
  test('is met by the newest restore of all lists, with what it measured', () => {
    const newest = completed('2026-02-05T10:00:00.000Z', {
      requestedAt: '2026-02-05T09:00:00.000Z',
      snapshotAt: '2026-02-05T03:00:00.000Z',
      durationSeconds: 3_600,
    });
    const lists = { flex: list(completed('2026-02-01T10:00:00.000Z')), dedicated: list(newest), serverless: list() };
    const now = at('2026-02-10');
    expect(drillState(withDrill(cluster(lists), now), now)).toEqual({
      state: 'met',
      days: 30,
      dueAt: '2026-03-07T10:00:00.000Z',
      last: newest,
      snapshotAgeSeconds: 6 * 3_600,
      durationSeconds: 3_600,
    });
  });

  test('a collection-level restore does not count', () => {
    const now = at('2026-01-20');
    const only = withDrill(
      cluster({ dedicated: list(), collection: list(completed('2026-01-15T00:00:00.000Z')) }),
      now,
    );
    expect(drillState(only, now)).toEqual({ state: 'due', days: 30, dueAt: '2026-01-31T00:00:00.000Z' });
  });

  test('is due while there is time, overdue after, where every restore until then is known', () => {
    const now = at('2026-01-20');
    const read = (readAt: string, parts = {}) => {
      const dedicated = { ...list(), readAt, ...parts };
      return withDrill(cluster({ dedicated }), now);
    };
    const until = read('2026-01-31T00:00:00.000Z');
    expect(drillState(until, now).state).toBe('due');
    expect(drillState(until, at('2026-01-31')).state).toBe('overdue');
    const before = read('2026-01-30T00:00:00.000Z');
    expect(drillState(before, at('2026-01-31')).state).toBe('not-covered');
    expect(drillOf('prod-eu', before, rules(), at('2026-01-31'))).not.toHaveProperty('overdueAt');
    // A reading of last week says nothing of what was restored since.
    expect(drillState(until, at('2026-02-08')).state).toBe('not-covered');
    expect(drillState(read('2026-01-31T00:00:00.000Z', { problemCount: 1 }), at('2026-01-31')).state).toBe(
      'not-covered',
    );
    expect(drillState(cluster({}), now).state).toBe('not-covered');
  });

  test('is not covered where a list failed after Atlas said that it is not there, nor while a restore of one that is lost would count', () => {
    const now = at('2026-02-10');
    const absent = (since: string, until: string) => ({
      since: `${since}T00:00:00.000Z`,
      at: `${until}T00:00:00.000Z`,
    });
    const failing = { ...list(), answer: 'VERSION_GONE', notThere: absent('2026-01-02', '2026-01-20') };
    const serverless = cluster({ serverless: failing }, { tier: 'serverless' });
    expect(drillState(withDrill(serverless, now), now).state).toBe('not-covered');

    const dedicated = { ...list(), readAt: '2026-03-20T00:00:00.000Z' };
    const flex = { ...list(), supersededAt: '2026-02-15T00:00:00.000Z', notThere: absent('2026-02-16', '2026-02-16') };
    const moved = cluster({ dedicated, flex });
    for (const [day, state] of [
      ['2026-03-16', 'not-covered'],
      ['2026-03-17', 'overdue'],
    ] as const) {
      expect([day, drillState(withDrill(moved, at(day)), at(day)).state]).toEqual([day, state]);
    }
  });

  test('a cluster that is paused, or has no backups, is told apart from one that is overdue', () => {
    const [due, now] = [{ drill: { days: 30, dueAt: '2026-01-31T00:00:00.000Z' } }, at('2026-02-10')];
    expect(drillState(cluster({ dedicated: list() }, { ...due, paused: true }), now).state).toBe('paused');
    expect(drillState(cluster({ dedicated: list() }, { ...due, backupsOff: true }), now).state).toBe('backups-off');
    expect(drillOf('prod-eu', cluster({ dedicated: list() }, { paused: true }), rules(), now)).toBeUndefined();
  });

  test('goes by the last restore, should the coverage be older than that', () => {
    const stale = { drill: { days: 30, dueAt: '2026-01-31T00:00:00.000Z' } };
    const restored = cluster({ dedicated: list(completed('2026-02-05T00:00:00.000Z')) }, stale);
    expect(drillState(restored, at('2026-02-10')).state).toBe('met');
  });

  test('is none where no restore is expected; the last one is stated all the same', () => {
    const now = at('2026-02-10');
    const last = completed('2026-02-05T00:00:00.000Z');
    expect(drillState(withDrill(cluster({}, { tier: 'free' }), now), now)).toEqual({ state: 'none' });
    const gone = { goneAt: '2026-02-06T00:00:00.000Z', drill: { days: 30, dueAt: '2026-02-07T00:00:00.000Z' } };
    expect(drillState(cluster({ dedicated: list(last) }, gone), now)).toEqual({ state: 'none', last });
  });

  test('a snapshot from after the request, by another clock, has no age below 0', () => {
    const last = completed('2026-02-01T10:00:00.000Z', { snapshotAt: '2026-02-01T09:00:01.000Z' });
    expect(drillState(cluster({ dedicated: list(last) }), at('2026-02-10')).snapshotAgeSeconds).toBe(0);
  });

  test('counts from the cluster id, which is older than the first sight of it', () => {
    const clusterId = (day: string) => (at(day).getTime() / 1_000).toString(16).padStart(8, '0') + '0'.repeat(16);
    const due = (id: string) => drillOf('prod-eu', cluster({}, { clusterId: id }), rules(), at('2026-01-02'))?.dueAt;
    expect(due(clusterId('2025-12-25'))).toBe('2026-01-24T00:00:00.000Z');
    expect(due(clusterId('2026-12-25'))).toBe('2026-01-31T00:00:00.000Z');
    expect(due('no-id')).toBe('2026-01-31T00:00:00.000Z');
  });
});
