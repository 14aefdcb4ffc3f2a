// functions/schema/drill.ts: every public field of the drill of a cluster, and of what its restores show.
import * as z from 'zod/mini';
import { measures } from './measure.ts';
import { amount, count, flag, list, moment, named, objectId, oneOf, optional, someOf, text } from './types.ts';
import { DRILL_NEEDS, DRILL_STATES, EVIDENCE_GRADES } from './words.ts';

export const completedRestore = named(
  'CompletedRestore',
  z.object({
    jobId: objectId(),
    requestedAt: moment(),
    finishedAt: moment(),
    durationSeconds: optional(amount('The measured recovery time.')),
    snapshotAt: optional(moment()),
    dataAt: optional(moment('The moment that the restored data is of: a point in time, or that of the snapshot.')),
    elsewhere: optional(z.literal(true), 'Into another project.'),
  }),
);

const needs = (description: string) => list(someOf(DRILL_NEEDS), description);

export const drillNeeds = named(
  'DrillNeeds',
  z.object({
    line: text('The line of the setting `drillNeeds` that applies.'),
    needs: needs('What a restore has to show.'),
    by: optional(list(text(), 'Patterns of the names of those whose verdict counts.')),
    rtoSeconds: optional(
      count('The objective of the cluster. Absent with the need `rto`: there is none, so nothing can meet it.'),
    ),
    rpoSeconds: optional(count('As `rtoSeconds`.')),
  }),
);

export const drill = named(
  'Drill',
  z.object({
    state: oneOf(
      DRILL_STATES,
      'proven: a restore within the days shows all that `needs` asks for. met: restored within the days, where nothing more is asked for. not-proven: restored within the days, but `unproven` names what is missing, with time left. due: not yet, with time left. overdue: the time has passed. not-covered: there may be restores, or verdicts, that nobody knows of. tags-not-known: what a drill of it needs, or whether one is asked for, depends on the tags of the cluster, which are not known. paused: the cluster is. backups-off: Atlas makes no backups of it. none: no restore is expected.',
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
    needs: optional(drillNeeds, 'Absent: a completed restore counts as a drill.'),
    proof: optional(completedRestore, 'The last restore that shows all that `needs` asks for.'),
    unproven: optional(
      z.object({ jobId: objectId(), missing: needs('What it does not show.') }),
      'Where no restore within the days is proof: the completed one that misses the least.',
    ),
    ...measures.shape,
  }),
);

const grade = (description?: string) => oneOf(EVIDENCE_GRADES, description);

export const evidence = named(
  'Evidence',
  z.object({
    grade: oneOf(
      [...EVIDENCE_GRADES, 'not known'],
      'What the restores of the cluster show, by what is on record. not known: none is on record that counts, but not all is known, nor, with the drill `tags-not-known`, for how long one counts. lapsed: one was completed, but too long ago.',
    ),
    orHigher: optional(flag('True: not all restores, or verdicts, are known, so the grade may be higher.')),
    jobId: optional(objectId('The restore that the grade rests on, for the longest.')),
    finishedAt: optional(moment('When that restore finished.')),
    fallsBackAt: optional(moment('When that restore no longer counts. Absent: nothing is left to fall.')),
    fallsBackTo: optional(grade('The grade from then on, by what is on record now.')),
  }),
  'The grade follows from restores and verdicts alone: it can not be set.',
);
