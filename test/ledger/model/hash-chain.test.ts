import fc from 'fast-check';
import { expect, test } from 'vitest';
import { breaksOf, FIRST_CHANGES } from '../../../functions/ledger/model/hash-chain.ts';
import type { LedgerJob } from '../../../functions/ledger/model/ledger.ts';
import {
  mergeAnnotations,
  mergeObservation,
  mergeVanished,
} from '../../../functions/ledger/model/merge-observation.ts';
import { fitted } from '../../../functions/ledger/table/job-item.ts';
import type { Requester } from '../../../functions/restore/requesters/requester.ts';
import type { Finding } from '../../../functions/restore/rules/finding.ts';
import { completed, job, seen } from '../jobs.ts';

test('a job without problems has the hashes that it had before there were any', () => {
  let stored: LedgerJob | undefined;
  for (const [minute, answer] of [job(), completed(job())].entries()) {
    const decision = mergeObservation(stored, answer, seen(minute));
    if ('job' in decision) stored = decision.job;
  }
  expect([stored?.fingerprint, stored?.changes.map(({ previous, state }) => [previous, state])]).toEqual([
    'kVhhjY_3h47dQ33H',
    [
      ['ebMYfL7psW6-vgZrjvM85Ab97Ujz8l5wr49dTwikwkM', '52uiwK6ngFKNVzG7'],
      ['TWRHiZJnkQDf-92roanRuHSf-or0u8VV3h3hCmQGqGM', 'FU9SzNryydJ9DXft'],
    ],
  ]);
});

const REQUESTER: Requester = {
  actor: { kind: 'apiKey', id: 'e'.repeat(24), name: 'abcdefgh' },
  ...{ grade: 'exact', points: 100, eventType: 'TENANT_RESTORE_REQUESTED_AUDIT', rivals: 0 },
};
const FINDING: Finding = { rule: 'failed', severity: 'warning', at: seen(3).observedAt, why: 'It failed.' };

test('any history fits together, also when it is folded, read back from JSON or cut to fit an item', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('answer' as const), errorMessage: fc.string({ maxLength: 20 }), n: fc.double() }),
    fc.record({ do: fc.constant('requester' as const), name: fc.string() }),
    fc.record({ do: fc.constant('findings' as const), rules: fc.subarray(['failed', 'slow', 'stuck'] as const) }),
    fc.record({ do: fc.constant('vanish' as const) }),
  );
  const steps = fc.array(step, { minLength: 1, maxLength: 260, size: 'max' });
  fc.assert(
    fc.property(steps, fc.boolean(), (story, huge) => {
      const base = job(huge ? { atlas: { id: 'x', blob: 'y'.repeat(380_000) } } : {});
      let stored = taken(undefined, mergeObservation(undefined, base, seen(0)));
      for (const [index, one] of story.entries()) {
        const at = seen(index + 1);
        if (one.do === 'answer') {
          const { errorMessage, n } = one;
          stored = taken(stored, mergeObservation(stored, { ...base, errorMessage, atlas: { ...base.atlas, n } }, at));
        } else if (one.do === 'vanish') stored = taken(stored, mergeVanished(stored, at));
        else {
          const annotations =
            one.do === 'requester'
              ? { requester: { ...REQUESTER, actor: { kind: 'user' as const, name: one.name } } }
              : { findings: one.rules.map((rule) => ({ ...FINDING, rule })) };
          stored = taken(
            stored,
            mergeAnnotations(stored, at, () => annotations),
          );
        }
      }
      expect(breaksOf(stored, FIRST_CHANGES)).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

/** As the table would give it back. */
function taken(stored: LedgerJob | undefined, decision: ReturnType<typeof mergeObservation>): LedgerJob {
  if (!('job' in decision)) return stored as LedgerJob;
  return JSON.parse(JSON.stringify(fitted(decision.job))) as LedgerJob;
}
