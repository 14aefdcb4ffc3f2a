// functions/schema/coverage.ts: every public field of the coverage of a cluster, of its lists, drill and gaps.
import * as z from 'zod/mini';
import { fieldProblem, origin } from './job.ts';
import { measures } from './measure.ts';
import { amount, count, flag, list, moment, named, objectId, oneOf, optional, page, someOf, text } from './types.ts';
import { CLAIMS, COVERAGE_STATES, DRILL_STATES, GAP_REASONS, KINDS, TIERS } from './words.ts';

export const failure = z.object({
  code: text(
    "An error code of Atlas's; `LEDGER_…` for a failure of our own table; or the collector's, such as `OUT_OF_TIME`.",
  ),
  message: text(),
  since: moment('Since when every attempt has failed.'),
});

export const completedRestore = named(
  'CompletedRestore',
  z.object({
    jobId: objectId(),
    requestedAt: moment(),
    finishedAt: moment(),
    durationSeconds: optional(amount('The measured recovery time.')),
    snapshotAt: optional(moment()),
    dataAt: optional(moment('The moment that the restored data is of: a point in time, or that of the snapshot.')),
  }),
);

export const drill = named(
  'Drill',
  z.object({
    state: oneOf(
      DRILL_STATES,
      'met: restored within the days. due: not yet, with time left. overdue: the time has passed. not-covered: there may be restores that nobody knows of. paused: the cluster is. backups-off: Atlas makes no backups of it. none: no restore is expected.',
    ),
    days: optional(amount('Within which a restore is expected. Absent, as is `dueAt`, where none is.')),
    dueAt: optional(moment()),
    overdueAt: optional(moment('When the collector first found it overdue.')),
    last: optional(
      completedRestore,
      'The last completed restore of its backups. Downloads, and restores of a few collections, do not count.',
    ),
    durationSeconds: optional(amount('How long it took: the measured recovery time.')),
    snapshotAgeSeconds: optional(amount('How old its snapshot was when it was requested: what would have been lost.')),
    ...measures.shape,
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
