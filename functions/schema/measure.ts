// functions/schema/measure.ts: every public field of what a restore is measured by, and of a cluster's recovery.
import * as z from 'zod/mini';
import { count, list, moment, named, objectId, oneOf, optional, text } from './types.ts';
import { DELIVERIES, KINDS, MEASURE_STATES, STATUSES } from './words.ts';

export const measure = named(
  'Measure',
  z.object({
    state: oneOf(
      MEASURE_STATES,
      'not known: the restore is under way or did not succeed, or Atlas does not say what the answer needs.',
    ),
    seconds: optional(count('As measured. Absent where that is not known.')),
    objectiveSeconds: count('What is allowed.'),
  }),
);

export const measures = z.object({
  rto: optional(
    measure,
    'The recovery time: from request to finish of the restore, not until an application is back. Absent where the cluster has no such objective, for downloads, and for restores of single collections.',
  ),
  rpo: optional(
    measure,
    'The recovery point: how old the snapshot, or the point in time, was when the restore was requested. Absent as `rto`.',
  ),
});

/** Of a cluster, as an operator set them. */
export const objective = named(
  'Objective',
  z.object({
    line: text('The line of the setting that applies.'),
    rtoSeconds: optional(count()),
    rpoSeconds: optional(count()),
  }),
);

export const recovered = named(
  'RecoveredSide',
  z.object({
    met: count(),
    missed: count(),
    notKnown: count(),
    measured: count('Completed restores with a measured value: what the percentiles are of.'),
    p50Seconds: optional(count('Median of completed restores, by nearest rank. Absent of fewer than 5.')),
    p95Seconds: optional(count('Absent of fewer than 20.')),
  }),
  'Without an objective, `met`, `missed` and `notKnown` are 0.',
);

const restore = z.extend(measures, {
  jobId: objectId(),
  requestedAt: moment(),
  finishedAt: optional(moment()),
  kind: oneOf(KINDS),
  delivery: oneOf(DELIVERIES),
  status: oneOf(STATUSES),
  durationSeconds: optional(count('From request to finish.')),
  dataAgeSeconds: optional(count('How old the restored data was when the restore was requested.')),
});

export const recovery = named(
  'Recovery',
  z.object({
    projectId: objectId(),
    projectName: text(),
    clusterName: text(),
    objective: optional(objective, 'Absent: no objective is set for the cluster.'),
    jobs: count("How many of the cluster's newest restore jobs were read, of every kind."),
    rto: recovered,
    rpo: recovered,
    restores: list(restore, 'Of these jobs, restores of a whole backup into a cluster, newest first.'),
  }),
);
