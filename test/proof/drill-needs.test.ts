import { describe, expect, test } from 'vitest';
import type { ClusterCoverage, ListCoverage } from '../../functions/ledger/model/coverage.ts';
import { drillOf as drillOrNotKnown, drillState } from '../../functions/proof/drill-state.ts';
import { evidenceOf } from '../../functions/proof/evidence-grade.ts';
import type { JudgedRestore, Verdicts } from '../../functions/restore/drills/judged.ts';
import { compileRules } from '../../functions/restore/rules/compile-rules.ts';
import { DEFAULT_RULES } from '../../functions/restore/rules/rules.ts';
import { idAt } from '../ledger/jobs.ts';
import { judged } from '../restore/drills/judged.ts';
import { known } from '../restore/tags/known.ts';

const drillOf = (...of: Parameters<typeof drillOrNotKnown>) => known(drillOrNotKnown(...of));
const at = (day: string) => new Date(`${day}T00:00:00.000Z`);
const iso = (day: string) => at(day).toISOString();
const rules = compileRules({ ...DEFAULT_RULES, drillDays: 30, drillNeeds: ['*/* = verdict, other-project'] });

/** Read each day until `now`, and restored on some days, by what the list says. */
function cluster(now: string, lastCompleted?: string, more: Partial<ClusterCoverage> = {}): ClusterCoverage {
  const list: ListCoverage = { attemptedAt: iso(now), readAt: iso(now), jobs: 1, open: 0, moving: 0 };
  const last = lastCompleted && judgedOn(lastCompleted);
  const { jobId = '', requestedAt = '', finishedAt = '' } = last || {};
  return {
    ...{ clusterName: 'Orders', tier: 'dedicated', firstSeenAt: iso('2026-01-01'), seenAt: iso(now) },
    lists: { dedicated: last ? { ...list, lastCompleted: { jobId, requestedAt, finishedAt } } : list },
    ...more,
  };
}
const judgedOn = (day: string, more: Partial<JudgedRestore> = {}) => {
  const jobId = `6b${day.replaceAll('-', '').padStart(22, '0')}`;
  return judged({ jobId, requestedAt: iso(day), finishedAt: `${day}T01:00:00.000Z`, ...more });
};
const FAILED = { validation: { ...judged({}).validation, status: 'FAILED' } } as Partial<JudgedRestore>;

/** As the collector left it at that moment, read at the same moment, or later with other verdicts. */
function stateAt(now: string, of: ClusterCoverage, verdicts: Verdicts, then: Verdicts | undefined = verdicts) {
  const drill = drillOf('prod', of, rules, at(now), verdicts);
  return { ...drillState({ ...of, ...(drill && { drill }) }, at(now), { verdicts: then }), stored: drill };
}

describe('a drill that needs a verdict and another project', () => {
  test('is proven by a restore that shows both, until its days are over', () => {
    const verdicts = { restores: [judgedOn('2026-02-01')] };
    expect(stateAt('2026-02-10', cluster('2026-02-10', '2026-02-05'), verdicts)).toMatchObject({
      ...{ state: 'proven', days: 30, dueAt: '2026-03-03T01:00:00.000Z' },
      ...{
        proof: { jobId: judgedOn('2026-02-01').jobId, elsewhere: true },
        last: { jobId: judgedOn('2026-02-05').jobId },
      },
      needs: { needs: ['verdict', 'other-project'] },
    });
    expect(stateAt('2026-03-04', cluster('2026-03-04', '2026-02-05'), verdicts)).toMatchObject({
      ...{ state: 'overdue', stored: { overdueAt: iso('2026-03-04') } },
    });
  });

  test('restored, but not proven, names what the best restore is missing; after its time it is overdue, and says so too', () => {
    const only = { restores: [judgedOn('2026-01-20', { targetProjectId: '1'.repeat(24) })] };
    const early = stateAt('2026-01-25', cluster('2026-01-25', '2026-01-24'), only);
    expect(early).toMatchObject({
      ...{ state: 'not-proven', dueAt: iso('2026-01-31') },
      unproven: { jobId: judgedOn('2026-01-20').jobId, missing: ['other-project'] },
    });
    expect(early.stored).not.toHaveProperty('overdueAt');
    expect(stateAt('2026-02-01', cluster('2026-02-01', '2026-01-24'), only)).toMatchObject({
      ...{ state: 'overdue', unproven: { missing: ['other-project'] }, stored: { overdueAt: iso('2026-02-01') } },
    });
    expect(stateAt('2026-01-25', cluster('2026-01-25', '2026-01-24'), { restores: [] })).toMatchObject({
      unproven: { jobId: judgedOn('2026-01-24').jobId, missing: ['verdict', 'other-project'] },
    });
  });

  test('without any restore it is due, then overdue', () => {
    expect(stateAt('2026-01-25', cluster('2026-01-25'), { restores: [] })).toMatchObject({ state: 'due' });
    const late = stateAt('2026-02-01', cluster('2026-02-01'), { restores: [] });
    expect(late.state).toBe('overdue');
    expect(late).not.toHaveProperty('unproven');
  });

  test('is not covered where verdicts that would count were not read, or were let go', () => {
    const [now, cut] = ['2026-02-10', { restores: [], before: iso('2026-02-08') }];
    expect(stateAt(now, cluster(now, '2026-02-09'), cut)).toMatchObject({ state: 'not-covered' });
    expect(stateAt(now, cluster(now, '2026-02-09'), cut).stored).not.toHaveProperty('overdueAt');
    expect(stateAt(now, cluster(now), { restores: [], before: iso('2026-01-01') }).state).toBe('overdue');
    const letGo = cluster(now, undefined, { provenLetGo: iso('2026-01-20') });
    expect(stateAt(now, letGo, { restores: [] }).state).toBe('not-covered');
    expect(
      stateAt('2026-02-20', cluster('2026-02-20', undefined, { provenLetGo: iso('2026-01-20') }), { restores: [] })
        .state,
    ).toBe('overdue');
  });

  test('is not covered where a restore of which the verdict was not read may have finished in time', () => {
    // Requested 31 days ago, it may have finished a day later.
    const cut = { restores: [], before: iso('2026-01-10') };
    expect(stateAt('2026-02-10', cluster('2026-02-10'), cut).state).toBe('not-covered');
    expect(stateAt('2026-02-16', cluster('2026-02-16'), cut).state).toBe('overdue');
  });

  test('is not covered where a list was not read; a proof that is known holds all the same', () => {
    const stale = cluster('2026-01-10');
    expect(stateAt('2026-02-10', stale, { restores: [] }).state).toBe('not-covered');
    expect(stateAt('2026-02-10', stale, { restores: [judgedOn('2026-02-01')] }).state).toBe('proven');
  });

  test('a verdict given, or corrected, after the collector looked counts at once', () => {
    const [now, of] = ['2026-02-10', cluster('2026-02-10', '2026-02-01')];
    const [good, bad] = [{ restores: [judgedOn('2026-02-01')] }, { restores: [judgedOn('2026-02-01', FAILED)] }];
    expect(stateAt(now, of, bad, good)).toMatchObject({ state: 'proven', dueAt: '2026-03-03T01:00:00.000Z' });
    const corrected = stateAt(now, of, good, bad);
    expect(corrected).toMatchObject({ state: 'overdue', dueAt: iso('2026-01-31'), unproven: { missing: ['verdict'] } });
    expect(corrected).not.toHaveProperty('proof');
    // Where verdicts were not read, what the collector found stands.
    const { drill = undefined } = { drill: drillOf('prod', of, rules, at(now), good) };
    expect(drillState({ ...of, ...(drill && { drill }) }, at(now)).state).toBe('proven');
  });

  test('a restore of an earlier cluster of this name proves nothing', () => {
    const of = cluster('2026-02-10', undefined, { firstSeenAt: iso('2026-02-05') });
    expect(stateAt('2026-02-10', of, { restores: [judgedOn('2026-02-01')] })).toMatchObject({ state: 'due' });
    // Nor where none is needed: Atlas may list restores by the name alone.
    const again = cluster('2026-02-10', '2026-02-01', { firstSeenAt: iso('2026-02-05') });
    const drill = drillOf('prod', again, compileRules({ ...DEFAULT_RULES, drillDays: 30 }), at('2026-02-10'));
    expect(drillState({ ...again, ...(drill && { drill }) }, at('2026-02-10'))).toMatchObject({ state: 'due' });
  });

  test('a restore of the backup of an earlier cluster of this name proves nothing, whenever it was restored', () => {
    const made = { clusterId: idAt('2026-02-05T00:00:00Z') };
    const [old, own] = ['2026-02-04', '2026-02-06'].map((day) => judgedOn('2026-02-08', { snapshotAt: iso(day) }));
    const of = cluster('2026-02-10', undefined, made);
    expect(stateAt('2026-02-10', of, { restores: [old as JudgedRestore] })).toMatchObject({ state: 'due' });
    expect(stateAt('2026-02-10', of, { restores: [own as JudgedRestore] })).toMatchObject({ state: 'proven' });
    expect(evidenceOf(of, at('2026-02-10'), { verdicts: { restores: [old as JudgedRestore] } })?.grade).toBe('never');
    expect(evidenceOf(of, at('2026-02-10'), { verdicts: { restores: [own as JudgedRestore] } })?.grade).toBe(
      'verified',
    );
  });

  test('is none that is asked of clusters without backups', () => {
    for (const more of [{ paused: true }, { backupsOff: true }, { goneAt: iso('2026-02-01') }] as const)
      expect(stateAt('2026-02-10', cluster('2026-02-10', undefined, more), { restores: [] }).stored).toBeUndefined();
  });
});
