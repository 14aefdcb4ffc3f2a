// functions/schema/run.ts: every public field of a run of the collector.
import * as z from 'zod/mini';
import { count, described, flag, list, moment, named, objectId, oneOf, optional, page, someOf, text } from './types.ts';
import { PART_STATUSES, RUN_STATUSES, RUN_TRIGGERS } from './words.ts';

/** Sums over projects. */
export const runCounts = named(
  'RunCounts',
  z.object({
    clusters: count('Clusters whose lists were to be read; free ones have none.'),
    listsRead: count('Lists of restore jobs read completely.'),
    clustersFailed: count('Clusters of which at least one list, or whose discovery, failed.'),
    jobsSeen: count(),
    jobsNew: count(),
    jobsChanged: count(),
    jobsVanished: count('Jobs that Atlas no longer lists.'),
    jobsBackfilled: count('Jobs recorded for the first time long after they had ended: they emit no events.'),
    findings: count('Findings added to jobs.'),
    firstLists: count('Lists read for the first time.'),
    firstFindings: count(
      'Of the findings, those of first readings. No messages are sent of them, unless they are critical.',
    ),
    firstOverdue: count(
      'Clusters overdue for a drill when their project was first read. No messages are sent of them.',
    ),
    problems: count('Jobs that could not be understood.'),
    atlasRequests: count(),
    throttles: count(),
    waitedMs: count('Time spent waiting because Atlas asked for it.'),
    eventsFailed: count('Projects whose events could not be read: who requested their new restores is not known.'),
  }),
);

export const clusterFailure = named(
  'ClusterFailure',
  z.object({
    clusterName: optional(text('Absent: the whole project, or one of its cluster lists.')),
    what: text('What was being read: a kind of restore job, or a list of clusters.'),
    code: text(),
    message: text(),
    projectId: optional(text('Of a run, where it is about one project, such as one that is not visible.')),
    projectName: optional(text()),
  }),
);

export const runPart = named(
  'RunPart',
  z.object({
    projectId: objectId(),
    projectName: text(),
    status: oneOf(PART_STATUSES),
    startedAt: moment(),
    finishedAt: moment(),
    counts: runCounts,
    failures: list(clusterFailure, 'At most the first hundred; `counts.clustersFailed` counts all.'),
    clustersLeftOut: optional(count('Where the choice of clusters leaves out every cluster of the project: how many.')),
  }),
);

export const runScope = z.object({ projectId: optional(objectId()), clusterName: optional(text()) });

export const run = named(
  'Run',
  z.object({
    runId: objectId('The first 8 digits are the second it began.'),
    trigger: someOf(RUN_TRIGGERS),
    scope: runScope,
    full: flag('Whether every list is to be read to its end.'),
    startedAt: moment(),
    projects: optional(count('Absent until the plan is made.')),
    status: oneOf(RUN_STATUSES),
    finishedAt: optional(moment()),
    counts: optional(runCounts, 'Present once it is finished.'),
    failures: list(
      clusterFailure,
      'Why no plan could be made, which credentials failed, or which projects are not visible. What failed in a project is in its part.',
    ),
  }),
);

export const runReport = named(
  'RunReport',
  z.extend(run, {
    finishedProjects: count('Projects that are done.'),
    parts: list(runPart, 'One for each of them.'),
    omitted: optional(
      z.object({ parts: count(), failures: count() }),
      'Left out because the answer would be too large.',
    ),
  }),
);

export const runList = named('RunList', page('runs', run));

/** Of what need not be on record yet. */
const byId = {
  projectId: optional(objectId()),
  clusterName: optional(z.string().check(z.minLength(1, 'a name'), z.maxLength(64, 'at most 64 characters'))),
  full: optional(flag()),
};
/** As the plan function takes it. */
export const plannedRun = z.strictObject(byId);

const name = (description: string) =>
  described(z.string().check(z.minLength(1, 'a name'), z.maxLength(200, 'at most 200 characters')), description);
export const runRequest = described(
  z.strictObject({
    project: optional(name('The id or the name of a project on record. Excludes `projectId`.')),
    cluster: optional(name('A cluster on record, in `project` where the name is of several. Excludes `clusterName`.')),
    ...byId,
  }),
  undefined,
  { id: 'RunRequest', dependentRequired: { clusterName: ['projectId'] } },
);
