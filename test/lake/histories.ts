// test/lake/histories.ts: random histories of a restore job, made by the functions that make the real ones. Synthetic.
import fc from 'fast-check';
import { mergeAnnotation } from '../../functions/ledger/annotations/merge.ts';
import type { LedgerJob } from '../../functions/ledger/model/ledger.ts';
import {
  type Decision,
  mergeAnnotations,
  mergeObservation,
  mergeVanished,
} from '../../functions/ledger/model/merge-observation.ts';
import type { RestoreJob } from '../../functions/restore/job.ts';
import type { Finding } from '../../functions/restore/rules/finding.ts';
import { DELIVERIES, RULES, SEVERITIES, STATUSES, VALIDATION_STATUSES } from '../../functions/schema/words.ts';
import { idAt, job, RUN } from '../ledger/jobs.ts';

/** Texts as somebody who means harm would write them, too. */
export const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    ...[
      '',
      '\u0000',
      '\ud800',
      '😀'.repeat(900),
      "'; DROP TABLE changes; --",
      '=HYPERLINK("x")',
      '\r\n',
      `\${day}`,
      '__proto__',
    ],
  ),
);

const observed = fc.record(
  {
    status: fc.constantFrom(...STATUSES),
    delivery: fc.constantFrom(...DELIVERIES),
    errorMessage: fc.option(hostile, { nil: undefined }),
    targetClusterName: fc.option(hostile, { nil: undefined }),
    finishedAt: fc.option(fc.constantFrom('2026-11-20T10:05:00.000Z', '2026-11-20T10:06:00.000Z'), { nil: undefined }),
    durationSeconds: fc.option(fc.integer({ min: 0, max: 10_000_000 }), { nil: undefined }),
    problems: fc.option(fc.array(fc.record({ field: hostile, expected: hostile, got: hostile }), { maxLength: 3 }), {
      nil: undefined,
    }),
  },
  { requiredKeys: ['status', 'delivery'] },
);
const findings = fc.uniqueArray(
  fc.record({ rule: fc.constantFrom(...RULES), severity: fc.constantFrom(...SEVERITIES), why: hostile }),
  { selector: ({ rule }) => rule, maxLength: 4 },
);
const requester = fc.oneof(
  fc.constantFrom({ reason: 'pending' as const }, { reason: 'none' as const }),
  hostile.map((name) => ({
    ...{ actor: { kind: 'user' as const, name }, grade: 'strong' as const, points: 75, rivals: 0 },
    eventType: 'CLUSTER_RESTORE_REQUESTED',
  })),
);
const step = fc.oneof(
  fc.record({ as: fc.constant('observed' as const), observed }),
  fc.record({ as: fc.constant('found' as const), findings, requester }),
  fc.record({ as: fc.constant('vanished' as const) }),
  fc.record({
    as: fc.constant('annotated' as const),
    status: fc.constantFrom(...VALIDATION_STATUSES),
    ticket: fc.string({ minLength: 1, maxLength: 20 }),
    purpose: fc.option(fc.string({ minLength: 1, maxLength: 20 }), { nil: null }),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

export const steps = fc.array(step, { maxLength: 25 });

/** @param minute that the step is made at */
export function after(stored: LedgerJob | undefined, what: Step, minute: number): LedgerJob | undefined {
  const at = new Date(Date.parse('2026-11-20T11:00:00Z') + minute * 1_000 * 60 * 200).toISOString();
  const sighting = { runId: RUN, observedAt: at };
  const decided = (decision: Decision) => ('job' in decision ? decision.job : stored);
  if (!stored || what.as === 'observed') {
    const seen = what.as === 'observed' ? what.observed : {};
    const answer = job(seen as Partial<RestoreJob>);
    return decided(mergeObservation(stored, { ...answer, atlas: { ...answer.atlas, minute } }, sighting));
  }
  if (what.as === 'vanished') return decided(mergeVanished(stored, sighting));
  if (what.as === 'found') {
    const found = what.findings.map((finding): Finding => ({ ...finding, at }));
    return decided(mergeAnnotations(stored, sighting, () => ({ findings: found, requester: what.requester })));
  }
  const by = { kind: 'user' as const, name: 'ada@here', selfDeclared: true as const };
  const patch = { validation: { status: what.status }, ticket: what.ticket, purpose: what.purpose };
  return mergeAnnotation(stored, patch, { by, at, runId: idAt(at) }) ?? stored;
}
