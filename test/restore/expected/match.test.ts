import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ExpectedRestore } from '../../../functions/restore/expected/expected-restore.ts';
import {
  isAsAnnounced,
  isByAnother,
  type MatchedJob,
  matchAnnounced,
  mayBeAnnounced,
} from '../../../functions/restore/expected/match.ts';
import { lowestIdAt, requestedAt } from '../../../functions/restore/object-id.ts';
import type { Requester } from '../../../functions/restore/requesters/requester.ts';
import { idAt, job, PROJECT } from '../../ledger/jobs.ts';

const AT = Date.parse('2026-11-29T10:00:00Z');
const minute = (n: number) => new Date(AT + n * 60_000).toISOString();
const found = (name: string, grade: 'exact' | 'weak' = 'exact'): Requester => ({
  actor: { kind: 'user', id: `id-${name}`, name },
  ...{ grade, points: grade === 'exact' ? 100 : 20, eventType: 'CPS_RESTORE_REQUESTED_AUDIT', rivals: 0 },
});

function expected(parts: Partial<ExpectedRestore> & { salt?: number } = {}): ExpectedRestore {
  const { salt = 0, ...rest } = parts;
  const until = rest.until ?? minute(60);
  const by = { kind: 'user' as const, name: 'ada', selfDeclared: true as const };
  const id = idAt(until, salt);
  const where = { projectId: PROJECT, clusterName: 'orders', targetClusterName: 'orders-test' };
  return {
    ...{
      expectedRestoreId: id,
      ...where,
      from: minute(0),
      until,
      restores: 1,
      by,
      at: minute(0),
      jobs: [],
      revision: 1,
    },
    ...rest,
  };
}

const restore = (at: number, parts: Partial<MatchedJob> = {}): MatchedJob => {
  const jobId = idAt(minute(at), parts.jobId ?? at);
  return { ...job({ jobId, requestedAt: requestedAt(jobId) }), ...parts, ...{ jobId } };
};

describe('a restore of which it could not be understood where it goes', () => {
  const problems = [{ field: 'targetClusterName', expected: 'a text', got: '7' }];
  const odd = (at: number, parts: Partial<MatchedJob> = {}) => restore(at, { problems, ...parts });
  const unclearOf = (jobs: readonly MatchedJob[], one = expected()) => {
    const { unclear, claims, announced } = matchAnnounced(jobs, [one], minute(0));
    expect([claims.get(one.expectedRestoreId)?.length, announced.size]).toEqual(
      jobs.some((job) => !job.problems) ? [1, 1] : [0, 0],
    );
    return unclear.get(one.expectedRestoreId);
  };

  test('may be the announced one, and takes no place', () => {
    const one = odd(5);
    expect(unclearOf([one])).toEqual([one.jobId]);
    expect(mayBeAnnounced(one, [expected()])).toBe(true);
    const certain = restore(10);
    expect(unclearOf([one, certain])).toEqual([one.jobId]);
  });

  test('is not where it is of another cluster or time, by another, or one too many', () => {
    const others = [odd(61), odd(5, { clusterName: 'other' })];
    expect(unclearOf(others)).toEqual([]);
    const named = expected({ requester: 'bo' });
    expect(unclearOf([odd(5, { requester: found('ada') })], named)).toEqual([]);
    expect(unclearOf([restore(5), odd(10)])).toEqual([]);
    for (const one of others) expect(mayBeAnnounced(one, [expected()])).toBe(false);
  });

  test('is not any more once it was understood, and stays where it is no longer in the ledger', () => {
    const before = odd(5);
    const one = expected({ unclear: [before.jobId] });
    expect(unclearOf([], one)).toEqual([before.jobId]);
    const elsewhere = { ...before, targetClusterName: 'elsewhere' };
    delete (elsewhere as Partial<MatchedJob>).problems;
    expect(matchAnnounced([elsewhere], [one], minute(0)).unclear.get(one.expectedRestoreId)).toEqual([]);
  });
});

describe('a restore is as announced', () => {
  test.each([
    ['the same', {}, true],
    ['another project', { projectId: 'b'.repeat(24) }, false],
    ['another cluster', { clusterName: 'Orders' }, false],
    ['another target', { targetClusterName: 'orders' }, false],
    ['another target project', { targetProjectId: 'b'.repeat(24) }, false],
    ['a download', { delivery: 'download' as const }, false],
    ['a delivery of a later version', { delivery: 'unknown' as const }, false],
    [
      'a target that is not understood',
      { problems: [{ field: 'targetClusterName', expected: 'a text', got: '7' }] },
      false,
    ],
  ])('%s: %j', (_, parts, is) => expect(isAsAnnounced(restore(5, parts), expected())).toBe(is));

  test('from the first moment on, and not at the last', () => {
    const announced = expected({ from: minute(1), until: minute(3) });
    expect([0, 1, 2, 3].map((at) => isAsAnnounced(restore(at), announced))).toEqual([false, true, true, false]);
  });

  test('only until it is withdrawn', () => {
    const withdrawn = { by: expected().by, at: minute(2) };
    expect([1, 2].map((at) => isAsAnnounced(restore(at), expected({ withdrawn })))).toEqual([true, false]);
  });

  test('without a target, where it is a download', () => {
    const { targetClusterName: _, ...announced } = expected();
    expect(isAsAnnounced(restore(1), announced)).toBe(false);
    expect(isAsAnnounced(restore(1, { delivery: 'download' }), announced)).toBe(true);
  });
});

test('a requester that is known for certain, by name or id, tells; a hint does not', () => {
  const announced = expected({ requester: 'Ada' });
  const by = (requester?: Requester) => isByAnother(requester ? { requester } : {}, announced);
  expect([by(found('ada')), by(found('bob')), by(found('bob', 'weak')), by({ reason: 'pending' }), by()]).toEqual([
    ...[false, true, false, false, false],
  ]);
  expect(isByAnother({ requester: found('ada') }, expected({ requester: 'id-ada' }))).toBe(false);
});

const names = fc.constantFrom('ada', 'bob');
const anyJob = fc
  .record({
    at: fc.integer({ min: 0, max: 40 }),
    target: fc.constantFrom('orders-test', 'other'),
    requester: fc.option(names, { nil: undefined }),
  })
  .map(({ at, target, requester }) => ({ at, target, requester }));
const anyExpected = fc.record({
  from: fc.integer({ min: 0, max: 30 }),
  minutes: fc.integer({ min: 1, max: 20 }),
  target: fc.constantFrom('orders-test', 'other'),
  restores: fc.integer({ min: 1, max: 3 }),
  requester: fc.option(names, { nil: undefined }),
  withdrawnAt: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }),
});
const world = fc
  .record({ jobs: fc.array(anyJob, { maxLength: 12 }), all: fc.array(anyExpected, { maxLength: 6 }) })
  .map(({ jobs, all }) => ({
    jobs: jobs.map(({ at, target, requester }, n) =>
      restore(at, {
        jobId: String(n),
        targetClusterName: target,
        ...(requester !== undefined && { requester: found(requester) }),
      }),
    ),
    all: all.map(({ from, minutes, target, restores, requester, withdrawnAt }, salt) =>
      expected({
        ...{ salt, from: minute(from), until: minute(from + minutes), restores, targetClusterName: target },
        ...(requester !== undefined && { requester }),
        ...(withdrawnAt !== undefined && { withdrawn: { by: expected().by, at: minute(withdrawnAt) } }),
      }),
    ),
  }));

const BEGIN = new Date(AT - 1).toISOString();
const shown = (all: readonly ExpectedRestore[]) => all.map(({ jobs }) => jobs.map(({ jobId }) => jobId));
/** As a collection that comes across `jobs` leaves what was announced. */
function left(all: readonly ExpectedRestore[], known: readonly MatchedJob[], from: string): ExpectedRestore[] {
  const { claims } = matchAnnounced(known, all, from);
  return all.map((each) => ({ ...each, jobs: claims.get(each.expectedRestoreId) ?? [] }));
}

describe('matching', () => {
  test('gives no announcement more restores than it says, no restore two, and none that does not fit', () => {
    fc.assert(
      fc.property(world, ({ jobs, all }) => {
        const { claims, announced } = matchAnnounced(jobs, all, BEGIN);
        for (const each of all) {
          const claimed = claims.get(each.expectedRestoreId) ?? [];
          expect(claimed.length).toBeLessThanOrEqual(each.restores);
          for (const { jobId } of claimed) {
            const one = jobs.find((of) => of.jobId === jobId) as MatchedJob;
            expect([isAsAnnounced(one, each), isByAnother(one, each)]).toEqual([true, false]);
            expect(announced.get(jobId)).toBe(each);
          }
        }
        const claimed = [...claims.values()].flat();
        expect(new Set(claimed.map(({ jobId }) => jobId)).size).toBe(claimed.length);
        // What is left without one fits none that has room.
        for (const one of jobs.filter(({ jobId }) => !announced.has(jobId)))
          for (const each of all.filter((of) => isAsAnnounced(one, of) && !isByAnother(one, of)))
            expect(claims.get(each.expectedRestoreId)).toHaveLength(each.restores);
      }),
    );
  });

  test('comes to the same in whatever order restores are come across, and however often they are looked at', () => {
    fc.assert(
      fc.property(world, fc.infiniteStream(fc.nat()), ({ jobs, all }, random) => {
        const whole = shown(left(all, jobs, BEGIN));
        const order = jobs.map((one) => ({ one, rank: random.next().value })).sort((a, b) => a.rank - b.rank);
        let known: MatchedJob[] = [];
        let announced = all;
        for (const { one } of order) {
          known = [...known, one];
          announced = left(announced, known, one.requestedAt);
          if (random.next().value % 3 === 0) announced = left(announced, known, one.requestedAt);
        }
        expect(shown(announced)).toEqual(whole);
        expect(shown(left(announced, [...known].reverse(), BEGIN))).toEqual(whole);
      }),
    );
  });

  test('comes to the same where requesters become known later', () => {
    fc.assert(
      fc.property(world, ({ jobs, all }) => {
        const unknown = jobs.map(
          ({ requester: _, ...one }): MatchedJob => ({ ...one, requester: { reason: 'pending' } }),
        );
        const before = left(all, unknown, BEGIN);
        expect(shown(left(before, jobs, BEGIN))).toEqual(shown(left(all, jobs, BEGIN)));
      }),
    );
  });

  test('keeps what was claimed by restores that are no longer in the ledger', () => {
    const gone = { jobId: idAt(minute(1), 'gone') };
    const { claims, announced } = matchAnnounced([restore(2)], [expected({ jobs: [gone] })], BEGIN);
    expect([[...claims.values()], announced.size]).toEqual([[[gone]], 0]);
  });

  test('prefers what names who requested it, then what ends first', () => {
    const [anybody, ada] = [expected({ salt: 1, until: minute(10) }), expected({ salt: 2, requester: 'ada' })];
    const of = (requester: string) =>
      matchAnnounced([restore(5, { requester: found(requester) })], [anybody, ada], BEGIN);
    expect([...of('ada').announced.values()]).toEqual([ada]);
    expect([...of('bob').announced.values()]).toEqual([anybody]);
    const sooner = expected({ salt: 3, until: minute(7) });
    expect([...matchAnnounced([restore(5)], [anybody, sooner], BEGIN).announced.values()]).toEqual([sooner]);
    expect(lowestIdAt(sooner.until) < lowestIdAt(anybody.until)).toBe(true);
  });
});
