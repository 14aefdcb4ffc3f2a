// functions/schema/summary.ts: every public field of the summary of a period.
import * as z from 'zod/mini';
import { tagsNotKnown } from './job.ts';
import { amount, count, counts, described, flag, list, map, moment, named, oneOf, optional, text } from './types.ts';
import { DELIVERIES, GROUPINGS, KINDS, RULES, SEVERITIES, STATUSES } from './words.ts';

const durations = z.object({
  completed: count('Completed restores: only their durations say how long a restore takes.'),
  medianSeconds: optional(amount('Absent of fewer than 5.')),
  p95Seconds: optional(amount('Absent of fewer than 20.')),
  maxSeconds: optional(amount()),
});

export const summaryTotals = z.object({
  jobs: count(),
  open: count('Still under way.'),
  completed: count(),
  failed: count(),
  withFindings: count(),
  durations: z.extend(durations, {
    totalSeconds: amount('All completed restores together.'),
    meanSeconds: optional(amount()),
  }),
});

export const summaryGroup = named(
  'SummaryGroup',
  z.extend(summaryTotals, {
    value: optional(text('Absent: those without a value, or where it is not known.')),
    name: optional(text('Of a project, or of a cluster with its project.')),
    filter: optional(map(text()), 'Parameters of `GET /restore-jobs` that ask for these restores.'),
    unsure: optional(count('Of these, restores whose requester is only likely, or weak: a hint.')),
  }),
);

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
    tagsNotKnown: optional(tagsNotKnown),
    totals: optional(summaryTotals, 'With a filter or `groupBy`.'),
    groupBy: optional(oneOf(GROUPINGS)),
    groups: optional(
      list(summaryGroup),
      'With `groupBy`: those of most restores first, days and months the newest first; at most 200. A restore may have several findings, and be in several groups.',
    ),
    groupsLeftOut: optional(count('More groups than these: of fewer restores, or of earlier days or months.')),
  }),
);
