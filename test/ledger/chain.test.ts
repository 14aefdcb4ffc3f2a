import fc from 'fast-check';
import { expect, test } from 'vitest';
import { breaksOf } from '../../functions/ledger/chain.ts';
import { decide, decideAnnotations, decideVanished } from '../../functions/ledger/decide.ts';
import { FIRST_CHANGES, fitted } from '../../functions/ledger/job-item.ts';
import type { LedgerJob } from '../../functions/ledger/ledger.ts';
import type { Finding } from '../../functions/restore/finding.ts';
import type { Requester } from '../../functions/restore/requester.ts';
import { job, seen } from './jobs.ts';

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
      let stored = taken(undefined, decide(undefined, base, seen(0)));
      for (const [index, one] of story.entries()) {
        const at = seen(index + 1);
        if (one.do === 'answer') {
          const { errorMessage, n } = one;
          stored = taken(stored, decide(stored, { ...base, errorMessage, atlas: { ...base.atlas, n } }, at));
        } else if (one.do === 'vanish') stored = taken(stored, decideVanished(stored, at));
        else {
          const annotations =
            one.do === 'requester'
              ? { requester: { ...REQUESTER, actor: { kind: 'user' as const, name: one.name } } }
              : { findings: one.rules.map((rule) => ({ ...FINDING, rule })) };
          stored = taken(
            stored,
            decideAnnotations(stored, at, () => annotations),
          );
        }
      }
      expect(breaksOf(stored, FIRST_CHANGES)).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

/** As the table would give it back. */
function taken(stored: LedgerJob | undefined, decision: ReturnType<typeof decide>): LedgerJob {
  if (!('job' in decision)) return stored as LedgerJob;
  return JSON.parse(JSON.stringify(fitted(decision.job))) as LedgerJob;
}
