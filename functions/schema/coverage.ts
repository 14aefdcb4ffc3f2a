// functions/schema/coverage.ts: every public field of the coverage of a cluster, of its lists and gaps.
import * as z from 'zod/mini';
import { completedRestore, drill, evidence } from './drill.ts';
import { fieldProblem, origin } from './job.ts';
import { count, flag, list, moment, named, objectId, oneOf, optional, page, someOf, text } from './types.ts';
import { CLAIMS, COVERAGE_STATES, GAP_REASONS, KINDS, TIERS } from './words.ts';

export const failure = z.object({
  code: text(
    "An error code of Atlas's; `LEDGER_…` for a failure of our own table; or the collector's, such as `OUT_OF_TIME`.",
  ),
  message: text(),
  since: moment('Since when every attempt has failed.'),
});

export const tag = named(
  'Tag',
  z.object({
    key: text('1 to 255 characters.'),
    value: optional(text('1 to 255 characters. Absent: it looked like a secret, and was not kept.')),
  }),
);

export const gap = named(
  'Gap',
  z.object({
    reason: someOf(GAP_REASONS),
    from: optional(moment('Requested at or after. Absent: since ever.')),
    until: optional(moment('Requested before. Absent: still.')),
    since: optional(moment('Since when it has been so, where that is known.')),
    text: text('One sentence.'),
    action: optional(text('What to do about it. Absent: nothing can be done any more.')),
  }),
  "Restores that can't be ruled out.",
);

/** Without the id of a job, so that it can't be recorded: it is at least known to exist. */
export const problem = z.extend(fieldProblem, { jobId: optional(text('As sent, where it was a string.')) });

export const coverageOfList = named(
  'CoverageOfList',
  z.object({
    state: oneOf(COVERAGE_STATES),
    attemptedAt: moment('Start of the last attempt.'),
    readAt: optional(moment('Start of the last attempt that read everything that could have changed.')),
    fullReadAt: optional(moment('Start of the last attempt that read the list to its end.')),
    jobs: count(),
    open: count(),
    answer: optional(text("Atlas's code, where its last answer was that there is no such list.")),
    supersededAt: optional(moment('Since when the cluster is of a tier that has no such list.')),
    error: optional(failure),
    problems: optional(
      list(problem),
      'What was listed without the id of a job, and so is not in the ledger: ten at most.',
    ),
    problemCount: optional(count('How many there were.')),
    notUnderstood: optional(
      count("At least so many jobs may or may not be completed restores: a field that decides it can't be understood."),
    ),
    lastCompleted: optional(completedRestore),
    lastElsewhere: optional(completedRestore, 'The last one into another project.'),
  }),
);

export const coverageRow = named(
  'Coverage',
  z.object({
    projectId: objectId(),
    projectName: text(),
    clusterName: optional(text('Absent: the row is about the project as a whole, which `what` says.')),
    what: optional(text('`project`, `dedicated clusters` and the like, or `project events`.')),
    clusterId: optional(text()),
    tier: optional(oneOf(TIERS)),
    tags: optional(
      list(tag),
      'The resource tags that the cluster has in Atlas, as last read; of one that is gone, as it had them last. Absent: they are not known. Empty: it has none.',
    ),
    state: oneOf(COVERAGE_STATES),
    since: optional(moment('Since when it has been so, where that is known.')),
    claim: optional(
      oneOf(
        CLAIMS,
        'What may be claimed of its restores as of `provenThrough`, by what was read: the jobs in the table are not counted for it. Absent where the row is about something else.',
      ),
    ),
    provenThrough: optional(
      moment('Every restore requested before is on record, but for those from before `letGoBefore`.'),
    ),
    letGoBefore: optional(moment('Restores requested before are not kept: they were let go by policy.')),
    fullReadingDueAt: optional(moment('When the next reading to the end is due.')),
    attemptedAt: optional(moment()),
    readAt: optional(
      moment(
        'Up to date as of this moment; proof is a reading to the end, `provenThrough`. Of several lists, the earliest.',
      ),
    ),
    fullReadAt: optional(moment()),
    jobs: count(),
    open: count(),
    problems: count('Elements of its lists that were not understood.'),
    lastCompletedAt: optional(moment('When `drill.last` finished.')),
    drill: optional(drill, 'Absent where `clusterName` is.'),
    evidence: optional(
      evidence,
      'Absent where `clusterName` is, and for clusters that are gone, were deleted, or have no backups.',
    ),
    goneAt: optional(moment()),
    backupsOff: optional(flag()),
    paused: optional(flag()),
    error: optional(z.extend(failure, { what: text() })),
    lists: optional(z.partialRecord(z.enum(KINDS), coverageOfList), 'By kind.'),
    gaps: list(gap),
    ...origin,
  }),
);

export const coverageList = named('CoverageList', page('coverage', coverageRow));
