// functions/ledger/filter/jobs-filter.ts: whether a job is one that a filter asks for: by what the indexes carry, and by the rest.

import { anyOf, matcher } from '../../platform/patterns.ts';
import { destinationOf } from '../../restore/destination.ts';
import { isFound, type Requester } from '../../restore/requesters/requester.ts';
import { isUnderstood } from '../../restore/understood.ts';
import type { ClusterPattern, JobSummary, JobsFilter, TaggedClusters } from '../model/ledger.ts';
import type { IndexedJob } from '../model/table.ts';

/** Undefined: nothing is asked for. */
type Fits<Job> = ((job: Job) => boolean) | undefined;

/** What a filter asks of the fields that indexes carry, beyond equal values, for which the table is asked. */
export function indexedFit(filter: JobsFilter): Fits<IndexedJob> {
  const { projectIds, sources, tagged, destinations, targets, finishedSince, finishedUntil } = filter;
  return all<IndexedJob>([
    isGiven(projectIds) &&
      (
        (ids) => (job: IndexedJob) =>
          ids.has(job.projectId)
      )(new Set(projectIds)),
    isGiven(sources) && sourceFit(sources),
    tagged !== undefined && taggedFit(tagged),
    isGiven(destinations) && ((job) => destinations.includes(destinationOf(job).place)),
    isGiven(targets) && targetFit(targets),
    finishedSince !== undefined && ((job) => finished(job) >= Date.parse(finishedSince)),
    finishedUntil !== undefined && ((job) => finished(job) < Date.parse(finishedUntil)),
  ]);
}

/** What it asks of fields that no index carries: such jobs are read from the table. */
export function unindexedFit(filter: JobsFilter): Fits<JobSummary> {
  const { requesters, grades, purposes, tickets, validations, accountId, organizationId } = filter;
  const { announced, expectedRestoreId } = filter;
  return all<JobSummary>([
    isGiven(requesters) && requesterFit(requesters),
    isGiven(grades) && (({ requester }) => (grades as readonly unknown[]).includes(gradeOf(requester))),
    isGiven(purposes) && ((job) => isAlike(purposes, job.annotation?.purpose)),
    isGiven(tickets) && ((job) => isAlike(tickets, job.annotation?.ticket)),
    isGiven(validations) && (({ validation }) => validation !== undefined && validations.includes(validation.status)),
    announced !== undefined && (({ announcement }) => (announcement !== undefined) === announced),
    expectedRestoreId !== undefined && (({ announcement }) => announcement?.expectedRestoreId === expectedRestoreId),
    accountId !== undefined && ((job) => job.accountId === accountId),
    organizationId !== undefined && ((job) => job.organizationId === organizationId),
  ]);
}

/** The grade, or why nobody is named; of a job that nobody has looked at, neither. */
export const gradeOf = (requester: Requester | undefined) => (isFound(requester) ? requester.grade : requester?.reason);

const isGiven = <T>(values: readonly T[] | undefined): values is readonly T[] =>
  values !== undefined && values.length > 0;

function all<Job>(tests: readonly (false | ((job: Job) => boolean))[]): Fits<Job> {
  const asked = tests.filter((test) => test !== false);
  return asked.length === 0 ? undefined : (job) => asked.every((test) => test(job));
}

/** Not a number where that is not known: neither before nor after anything. */
const finished = (job: IndexedJob) =>
  job.finishedAt !== undefined && isUnderstood(job, 'finishedAt') ? Date.parse(job.finishedAt) : Number.NaN;

type ClusterFit = (projectId: string, clusterName?: string, projectName?: string) => boolean;

function clusterFit({ pattern, projectIds }: ClusterPattern): ClusterFit {
  const { project, cluster } = patternParts(pattern);
  const ids = new Set(projectIds);
  const [fitsProject, fitsCluster] = [matcher(project ?? pattern), matcher(cluster ?? pattern)];
  return (projectId, clusterName, projectName) => {
    const isOfProject = ids.has(projectId) || (projectName !== undefined && fitsProject(projectName));
    const isOfCluster = clusterName !== undefined && fitsCluster(clusterName);
    return cluster === undefined ? isOfProject || isOfCluster : isOfProject && isOfCluster;
  };
}

/** Of `project/cluster`, both; of one pattern for either, neither. */
export function patternParts(pattern: string): { project?: string; cluster?: string } {
  const slash = pattern.indexOf('/');
  return slash < 0 ? {} : { project: pattern.slice(0, slash).trim(), cluster: pattern.slice(slash + 1).trim() };
}

function sourceFit(patterns: readonly ClusterPattern[]): (job: IndexedJob) => boolean {
  const fits = patterns.map(clusterFit);
  return ({ projectId, clusterName, projectName }) => fits.some((one) => one(projectId, clusterName, projectName));
}

function taggedFit({ clusters }: TaggedClusters): (job: IndexedJob) => boolean {
  const keyOf = (of: { projectId: string; clusterName?: string }) => `${of.projectId}/${of.clusterName}`;
  const keys = new Set(clusters.map(keyOf));
  return (job) => keys.has(keyOf(job));
}

function targetFit(patterns: readonly ClusterPattern[]): (job: IndexedJob) => boolean {
  const fits = patterns.map(clusterFit);
  return (job) => {
    const { place, clusterName, projectId = job.projectId } = destinationOf(job);
    const ownName = projectId === job.projectId ? job.projectName : undefined;
    return place !== 'download' && fits.some((one) => one(projectId, clusterName, ownName));
  };
}

function requesterFit(patterns: readonly string[]): (job: JobSummary) => boolean {
  const fits = anyOf(patterns);
  return ({ requester }) =>
    isFound(requester) && [requester.actor.name, requester.actor.id].some((one) => one !== undefined && fits(one));
}

const isAlike = (wanted: readonly string[], text: string | undefined) =>
  text !== undefined && wanted.some((one) => one.toLowerCase() === text.toLowerCase());
