// functions/schema/summary.ts: every public field of the summary of a period.
import * as z from 'zod/mini';
import { amount, count, counts, described, flag, list, moment, named, optional, text } from './types.ts';
import { DELIVERIES, KINDS, RULES, SEVERITIES, STATUSES } from './words.ts';

const durations = z.object({
  completed: count('Completed restores: only their durations say how long a restore takes.'),
  medianSeconds: optional(amount()),
  p95Seconds: optional(amount()),
  maxSeconds: optional(amount()),
});

export const summary = named(
  'Summary',
  z.object({
    from: moment(),
    to: moment('Not included.'),
    jobs: count('Those on record: restores that were let go by policy, or never read, are not counted.'),
    open: count('Of these, still under way.'),
    byStatus: counts(STATUSES),
    byKind: counts(KINDS),
    byDelivery: counts(DELIVERIES),
    byDay: list(
      z.object({ day: described(text(), undefined, { format: 'date' }), jobs: count(), byStatus: counts(STATUSES) }),
      'Every day of the period, in UTC, those without a restore too.',
    ),
    durations,
    findings: z.object({
      jobs: count('Restores that have findings.'),
      bySeverity: counts(SEVERITIES, 'These, each by the worst of its findings.'),
      byRule: counts(RULES, 'Restores that have it; one can have several.'),
    }),
    truncated: flag('There were more jobs than are read at once: those before `countedFrom` are not counted.'),
    countedFrom: optional(moment()),
  }),
);
