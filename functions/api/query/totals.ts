// functions/api/query/totals.ts: restores that fit a filter, counted and summed up, in all and by the values of one field.
import type * as z from 'zod/mini';
import { gradeOf, unindexedFit } from '../../ledger/filter/jobs-filter.ts';
import { addJob, type DayCounts, noDayCounts } from '../../ledger/model/day-counts.ts';
import type { JobsFilter } from '../../ledger/model/ledger.ts';
import type { LedgerReader } from '../../ledger/repositories/ledger-reader.ts';
import type { SeenJob } from '../../ledger/repositories/queries.ts';
import { defined } from '../../platform/defined.ts';
import { medianOf, p95Of, percentile } from '../../platform/percentile.ts';
import { destinationOf } from '../../restore/destination.ts';
import { isOpen } from '../../restore/job.ts';
import { isFound } from '../../restore/requesters/requester.ts';
import { isUnderstood } from '../../restore/understood.ts';
import type { summaryGroup, summaryTotals } from '../../schema/summary.ts';
import type { DestinationPlace, GROUPINGS, Grouping } from '../../schema/words.ts';
import type { Period } from '../http/period.ts';
import { MAX_JOBS, type Summary, summaryOf } from './summary.ts';

export type Totals = z.infer<typeof summaryTotals>;
export type Group = z.infer<typeof summaryGroup>;

/** Whole jobs that one summary reads: 20 batch reads. */
export const MAX_WHOLE_JOBS = 2_000;
/** Groups of an answer: of days and months the newest, of others those of most restores. */
export const MAX_GROUPS = 200;

/** What is in no index. */
const UNINDEXED: ReadonlySet<Grouping> = new Set<(typeof GROUPINGS)[number]>([
  ...(['requester', 'grade', 'purpose', 'ticket', 'validation', 'accountId', 'organizationId'] as const),
]);

/** A trend, which is read in the order of time. */
export const isOverTime = (groupBy: Grouping) => groupBy === 'day' || groupBy === 'month';

/** One of the values that a job has in a field. */
interface Value {
  value?: string;
  name?: string | undefined;
  /** The parameters that list such jobs. */
  filter?: Record<string, string>;
  isUnsure?: boolean;
}

type TotalsReader = Pick<LedgerReader, 'lookAtJobs' | 'projectNames'>;

/**
 * Of at most 10,000 jobs, or 2,000 where the filter or the field is in no index: the newest, and it says from when on.
 * Requests: 1 query for each 1,000 jobs looked at, and of whole jobs 1 batch read for each 100; 1 batch read for names.
 */
export async function totalsOf(
  ledger: TotalsReader,
  period: Period,
  { filter, groupBy }: { filter: JobsFilter; groupBy?: Grouping | undefined },
  most: { indexed: number; whole: number } = { indexed: MAX_JOBS, whole: MAX_WHOLE_JOBS },
): Promise<Summary> {
  const whole = unindexedFit(filter) !== undefined || (groupBy !== undefined && UNINDEXED.has(groupBy));
  const asked = { ...filter, since: period.from, until: period.to };
  const { items, reachedAt } = await ledger.lookAtJobs(asked, { most: whole ? most.whole : most.indexed, whole });
  const days = new Map<string, DayCounts>();
  for (const job of items) {
    const day = job.requestedAt.slice(0, 10);
    const counts = days.get(day) ?? noDayCounts();
    days.set(day, counts);
    addJob(counts, job);
  }
  const summary: Summary = { ...summaryOf(period, days, reachedAt), totals: totalsOfJobs(items) };
  if (groupBy === undefined) return summary;
  const names = await namesFor(ledger, items, groupBy);
  const order = isOverTime(groupBy) ? newestFirst : largestFirst;
  const groups = grouped(items, (job) => valuesOf(job, groupBy, { names, destinations: filter.destinations })).sort(
    order,
  );
  const left = groups.slice(MAX_GROUPS);
  return defined({
    ...summary,
    groupBy,
    groups: groups.slice(0, MAX_GROUPS),
    groupsLeftOut: left.length > 0 ? left.length : undefined,
  });
}

const namesFor = async (ledger: TotalsReader, jobs: readonly SeenJob[], groupBy: Grouping) =>
  groupBy === 'targetProject' || groupBy === 'targetCluster'
    ? ledger.projectNames(new Set(jobs.flatMap(({ targetProjectId }) => targetProjectId ?? [])))
    : new Map<string, string>();

interface Members {
  of: Value;
  jobs: SeenJob[];
  unsure: number;
}

const largestFirst = (a: Group, b: Group) => b.jobs - a.jobs || ((a.value ?? '') < (b.value ?? '') ? -1 : 1);
const newestFirst = (a: Group, b: Group) => ((a.value ?? '') > (b.value ?? '') ? -1 : 1);

function grouped(jobs: readonly SeenJob[], valuesOf: (job: SeenJob) => readonly Value[]): Group[] {
  const groups = new Map<string, Members>();
  for (const job of jobs) {
    for (const { isUnsure = false, ...of } of valuesOf(job)) {
      const key = JSON.stringify([of.value, of.filter]);
      const group: Members = groups.get(key) ?? { of, jobs: [], unsure: 0 };
      groups.set(key, group);
      group.jobs.push(job);
      group.unsure += Number(isUnsure);
    }
  }
  return [...groups.values()].map(({ of, jobs, unsure }) =>
    defined({ ...of, ...totalsOfJobs(jobs), unsure: unsure > 0 ? unsure : undefined }),
  );
}

function totalsOfJobs(jobs: readonly SeenJob[]): Totals {
  const count = (fits: (job: SeenJob) => boolean) => jobs.filter(fits).length;
  const seconds = jobs.flatMap((job) =>
    job.status === 'COMPLETED' && job.durationSeconds !== undefined && isUnderstood(job, 'status', 'finishedAt')
      ? [job.durationSeconds]
      : [],
  );
  const total = seconds.reduce((sum, each) => sum + each, 0);
  return {
    jobs: jobs.length,
    open: count(({ status }) => isOpen(status)),
    completed: count(({ status }) => status === 'COMPLETED'),
    failed: count(({ status }) => status === 'FAILED'),
    withFindings: count(({ findings = [] }) => findings.length > 0),
    durations: defined({
      completed: seconds.length,
      totalSeconds: total,
      meanSeconds: seconds.length > 0 ? Math.round(total / seconds.length) : undefined,
      medianSeconds: medianOf(seconds),
      p95Seconds: p95Of(seconds),
      maxSeconds: percentile(seconds, 1),
    }),
  };
}

/** A value, and the filter of the same name. */
const same = (filter: Grouping, value: string | undefined): Value =>
  value === undefined ? {} : { value, filter: { [filter]: value } };

/** A job that has no value is of the group without one. A restore may have several findings, and be in several groups. */
function valuesOf(job: SeenJob, groupBy: Grouping, about: AboutTargets): Value[] {
  const { projectId, projectName, clusterName, requester, findings = [], annotation } = job;
  switch (groupBy) {
    case 'day':
      return [ofDays(job.requestedAt.slice(0, 10))];
    case 'month':
      return [ofMonth(job.requestedAt.slice(0, 7))];
    case 'project':
      return [defined({ value: projectId, name: projectName, filter: { projectId } })];
    case 'cluster':
      return [
        defined({
          value: clusterName,
          name: projectName && `${projectName}/${clusterName}`,
          filter: { projectId, clusterName },
        }),
      ];
    case 'destination':
      return [same(groupBy, destinationOf(job).place)];
    case 'targetProject':
    case 'targetCluster':
      return [targetOf(job, groupBy, about)];
    case 'requester':
      return [isFound(requester) ? whoOf(requester) : {}];
    case 'grade':
      return [same(groupBy, gradeOf(requester))];
    case 'finding':
      return findings.length > 0 ? findings.map(({ rule }) => same(groupBy, rule)) : [{}];
    case 'purpose':
      return [same(groupBy, annotation?.purpose)];
    case 'ticket':
      return [same(groupBy, annotation?.ticket)];
    case 'validation':
      return [same(groupBy, job.validation?.status)];
    default:
      return [same(groupBy, job[groupBy])];
  }
}

const DAY_MS = 86_400_000;

const ofDays = (day: string): Value => ({
  value: day,
  filter: { since: day, until: new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10) },
});

function ofMonth(month: string): Value {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const until = new Date(Date.UTC(year, number)).toISOString().slice(0, 10);
  return { value: month, filter: { since: `${month}-01`, until } };
}

interface AboutTargets {
  names: ReadonlyMap<string, string>;
  /** That are asked for. @default any */
  destinations: JobsFilter['destinations'];
}

const WRITTEN_TO: readonly DestinationPlace[] = ['itself', 'project', 'elsewhere'];

/** A download goes nowhere, whatever Atlas names: the filter of the target alone would list it, too. */
function targetOf(job: SeenJob, by: 'targetProject' | 'targetCluster', { names, destinations }: AboutTargets): Value {
  const { place, clusterName, projectId = job.projectId } = destinationOf(job);
  if (!WRITTEN_TO.includes(place)) return {};
  const projectName = names.get(projectId) ?? (projectId === job.projectId ? job.projectName : undefined);
  const written = WRITTEN_TO.filter((one) => destinations?.includes(one) ?? true);
  const ofProject = { targetProjectId: projectId, destination: written.join(',') };
  if (by === 'targetProject') return defined({ value: projectId, name: projectName, filter: ofProject });
  if (clusterName === undefined) return {};
  const name = projectName && `${projectName}/${clusterName}`;
  return defined({ value: clusterName, name, filter: { ...ofProject, targetCluster: clusterName } });
}

/** A filter takes * and ? for any text: a name that has some is not asked for by itself. */
function whoOf({ actor, grade }: Extract<SeenJob['requester'], { grade: unknown }>): Value {
  const value = actor.name ?? actor.id;
  const isUnsure = grade !== 'exact' && grade !== 'strong';
  if (value === undefined) return { value: actor.kind, isUnsure };
  return { value, isUnsure, ...(/[*?\n]/.test(value) || value.length > 200 ? {} : { filter: { requester: value } }) };
}
