import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClusterCoverage, ListCoverage } from '../../functions/ledger/model/coverage.ts';
import { evidenceOf, type GradeFacts, gradeOf, restingOn, type Shown } from '../../functions/proof/evidence-grade.ts';
import { EVIDENCE_GRADES, type EvidenceGrade } from '../../functions/schema/words.ts';
import { judged } from '../restore/drills/judged.ts';

const NOW = new Date('2026-11-29T00:00:00.000Z');
const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(NOW.getTime() - days * DAY_MS).toISOString();
const rank = (grade: string) => EVIDENCE_GRADES.indexOf(grade as EvidenceGrade);

const fields = {
  grade: fc.constantFrom<EvidenceGrade>('restored', 'restored elsewhere', 'verified', 'verified within objectives'),
  jobId: fc.stringMatching(/^[0-9a-f]{24}$/),
};
const shown = fc.record({
  ...fields,
  finishedAt: fc.integer({ min: 0, max: 800 }).map(daysAgo),
});
const ahead = fc.record({ ...fields, finishedAt: fc.integer({ min: -30, max: -1 }).map(daysAgo) });
const restores = fc.array(shown, { maxLength: 8 });
const days = fc.integer({ min: 1, max: 400 });
const known = (some: readonly Shown[], within: number, now = NOW) =>
  gradeOf(some, { days: within, now, isAllKnown: true });

describe('a grade', () => {
  test('never falls by another restore', () => {
    fc.assert(
      fc.property(restores, shown, days, (some, one, within) => {
        expect(rank(known([...some, one], within).grade)).toBeGreaterThanOrEqual(rank(known(some, within).grade));
      }),
    );
  });

  test('is that of a restore that still counts, and never above all that have finished', () => {
    fc.assert(
      fc.property(restores, days, (some, within) => {
        const { grade, jobId, finishedAt = '' } = known(some, within);
        if (rank(grade) <= rank('lapsed')) {
          expect(grade).toBe(some.length === 0 ? 'never' : 'lapsed');
          return;
        }
        expect(some).toContainEqual({ grade, jobId, finishedAt });
        expect(finishedAt > daysAgo(within)).toBe(true);
      }),
    );
  });

  test('is what it was said to fall to, from that moment on, and not before', () => {
    fc.assert(
      fc.property(restores, days, (some, within) => {
        const { grade, fallsBackAt, fallsBackTo } = known(some, within);
        if (fallsBackAt === undefined) {
          expect(rank(grade)).toBeLessThanOrEqual(rank('lapsed'));
          return;
        }
        const at = Date.parse(fallsBackAt);
        expect(known(some, within, new Date(at - 1)).grade).toBe(grade);
        expect(known(some, within, new Date(at)).grade).toBe(fallsBackTo);
        expect(rank(fallsBackTo ?? '')).toBeLessThan(rank(grade));
      }),
    );
  });

  test('is neither never nor lapsed while a restore ends in the future by our clock, which may be behind', () => {
    fc.assert(
      fc.property(restores, ahead, days, (some, one, within) => {
        expect(known([...some, one], within)).toEqual(gradeOf(some, { days: within, now: NOW, isAllKnown: false }));
      }),
    );
    expect(known([{ grade: 'restored', jobId: 'a'.repeat(24), finishedAt: daysAgo(-1e-5) }], 90)).toEqual({
      grade: 'not known',
    });
  });

  test('where not all is known, is the same or not known, and says that it may be higher', () => {
    fc.assert(
      fc.property(restores, days, (some, within) => {
        const [all, partly] = [known(some, within), gradeOf(some, { days: within, now: NOW, isAllKnown: false })];
        if (rank(all.grade) <= rank('lapsed')) expect(partly).toEqual({ grade: 'not known' });
        else expect(partly).toEqual({ ...all, orHigher: true });
      }),
    );
  });
});

const restore = (days: number, more = {}) => {
  return {
    jobId: `6a${String(days).padStart(22, '0')}`,
    requestedAt: daysAgo(days),
    finishedAt: daysAgo(days),
    ...more,
  };
};
const list = (more: Partial<ListCoverage> = {}): ListCoverage => {
  return { attemptedAt: daysAgo(0), readAt: daysAgo(0), fullReadAt: daysAgo(0), jobs: 1, open: 0, moving: 0, ...more };
};
const cluster = (dedicated: Partial<ListCoverage>, more: Partial<ClusterCoverage> = {}): ClusterCoverage => ({
  ...{ clusterName: 'Orders', tier: 'dedicated', firstSeenAt: daysAgo(1_000), seenAt: daysAgo(0) },
  lists: { dedicated: list(dedicated) },
  drill: { days: 90, dueAt: daysAgo(-30) },
  ...more,
});
const judgedAt = (days: number, more = {}) =>
  judged({
    jobId: `6b${String(days).padStart(22, '0')}`,
    requestedAt: daysAgo(days),
    finishedAt: daysAgo(days),
    snapshotAt: daysAgo(days),
    ...more,
  });
const hour = { rtoSeconds: 3_600 };
const grade = (of: ClusterCoverage, facts: GradeFacts = {}) =>
  evidenceOf(of, NOW, { verdicts: { restores: [] }, ...facts });

describe('the evidence of a cluster', () => {
  test.each<[string, ClusterCoverage, GradeFacts, object]>([
    ['never restored', cluster({}), {}, { grade: 'never' }],
    [
      'let go, perhaps, before the last one was taken back',
      cluster({ lastCompleted: restore(100), letGoUntil: daysAgo(30) }),
      {},
      { grade: 'not known' },
    ],
    ['let go too long ago to count', cluster({ letGoUntil: daysAgo(95) }), {}, { grade: 'never' }],
    [
      'restored, and what was let go may show more',
      cluster({ lastCompleted: restore(10), letGoUntil: daysAgo(30) }),
      {},
      { grade: 'restored', orHigher: true },
    ],
    ['restored long ago', cluster({ lastCompleted: restore(100) }), {}, { grade: 'lapsed' }],
    [
      'restored',
      cluster({ lastCompleted: restore(10) }),
      {},
      {
        grade: 'restored',
        jobId: restore(10).jobId,
        finishedAt: daysAgo(10),
        fallsBackAt: daysAgo(-80),
        fallsBackTo: 'lapsed',
      },
    ],
    [
      'restored elsewhere, before the last restore',
      cluster({ lastCompleted: restore(10), lastElsewhere: restore(20, { elsewhere: true }) }),
      {},
      { grade: 'restored elsewhere', fallsBackAt: daysAgo(-70), fallsBackTo: 'restored' },
    ],
    [
      'verified',
      cluster({ lastCompleted: restore(10) }),
      { verdicts: { restores: [judgedAt(30)] } },
      { grade: 'verified', fallsBackAt: daysAgo(-60), fallsBackTo: 'restored' },
    ],
    [
      'verified within objectives, and verified later without',
      cluster({ lastCompleted: restore(10) }),
      { verdicts: { restores: [judgedAt(20, { durationSeconds: 9_000 }), judgedAt(30)] }, objective: hour },
      { grade: 'verified within objectives', fallsBackAt: daysAgo(-60), fallsBackTo: 'verified' },
    ],
    [
      'verified, where the objective was missed',
      cluster({ lastCompleted: restore(10) }),
      { verdicts: { restores: [judgedAt(20, { durationSeconds: 9_000 })] }, objective: hour },
      { grade: 'verified' },
    ],
    [
      'corrected to failed',
      cluster({ lastCompleted: restore(10) }),
      { verdicts: { restores: [judgedAt(20, { validation: { ...judged({}).validation, status: 'FAILED' } })] } },
      { grade: 'restored elsewhere' },
    ],
    [
      'the verdicts were not read',
      cluster({ lastCompleted: restore(10) }),
      { verdicts: undefined },
      { grade: 'restored', orHigher: true },
    ],
    [
      'older verdicts were not read',
      cluster({}),
      { verdicts: { restores: [], before: daysAgo(5) } },
      { grade: 'not known' },
    ],
    [
      'verdicts that would not count were not read',
      cluster({}),
      { verdicts: { restores: [], before: daysAgo(97) } },
      { grade: 'never' },
    ],
    [
      'a restore whose verdict was not read may have finished a week after its request',
      cluster({}),
      { verdicts: { restores: [], before: daysAgo(90) } },
      { grade: 'not known' },
    ],
    ['the list was not read for a week', cluster({ readAt: daysAgo(7) }), {}, { grade: 'not known' }],
    ['nobody sees the project', cluster({}), { isVisible: false }, { grade: 'not known' }],
    [
      'of a cluster of this name before',
      cluster({ lastCompleted: restore(50) }, { firstSeenAt: daysAgo(40) }),
      {},
      { grade: 'never' },
    ],
    [
      'no drill is expected',
      cluster({ lastCompleted: restore(300) }, { drill: undefined as never }),
      {},
      { fallsBackAt: daysAgo(-65) },
    ],
  ])('%s', (_, of, facts, expected) => expect(grade(of, facts)).toMatchObject(expected));

  test('is none of a cluster that is gone, or has no backups', () => {
    for (const more of [{ goneAt: daysAgo(1) }, { deleted: true }, { tier: 'free' }] as const)
      expect(grade(cluster({ lastCompleted: restore(10) }, more))).toBeUndefined();
  });

  test('rests on the newest that is verified, the newest within objectives, and the proof', () => {
    const slow = { durationSeconds: 9_000 };
    const restores = [judgedAt(5, slow), judgedAt(6, slow), judgedAt(10), judgedAt(11), judgedAt(12)];
    const proof = restore(12, { jobId: judgedAt(12).jobId });
    const of = cluster({}, { drill: { days: 90, dueAt: daysAgo(-30), proof } });
    expect(restingOn(of, { restores }, hour)).toEqual([5, 10, 12].map((days) => judgedAt(days).jobId).sort());
    expect(restingOn(cluster({ lastCompleted: restore(1) }), { restores: [] }, hour)).toEqual([]);
  });
});
