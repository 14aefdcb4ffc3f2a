// functions/api/query/names.ts: projects and clusters by their names. One name of several is refused, with all that it may mean.

import { patternParts } from '../../ledger/filter/jobs-filter.ts';
import type { ProjectFacts } from '../../ledger/model/known-project.ts';
import type { JobsFilter } from '../../ledger/model/ledger.ts';
import type { LedgerReader } from '../../ledger/repositories/ledger-reader.ts';
import { defined } from '../../platform/defined.ts';
import { nearest } from '../../platform/lists/nearest.ts';
import { matcher } from '../../platform/patterns.ts';
import { isObjectId } from '../../restore/object-id.ts';
import { badParameter, type Candidate, RequestProblem } from '../http/problem.ts';
import { taggedClusters } from './tagged-clusters.ts';

/** What has to be looked up. */
export interface AskedNames {
  project?: string;
  cluster?: string;
  targetProject?: string;
  /** Patterns. */
  source?: readonly string[];
  target?: readonly string[];
  /** Of tags of the cluster. */
  tag?: readonly string[];
  /** Of an Atlas organization. */
  orgId?: string;
}

export type NamesReader = Pick<LedgerReader, 'listedProjects' | 'projectRecord' | 'projects' | 'indexedJobs'>;

/** With more projects on record, names aren't looked up: 2 MB of an index. */
const MAX_NAMES = 10_000;
/** Projects whose clusters are looked through, in 1 query and 1 batch read for each 25. */
const MAX_FACTS = 500;
/** Candidates that a refusal names. */
const MAX_CANDIDATES = 20;
/** In its text, which is one line of a terminal. */
const NAMED_CANDIDATES = 5;

/**
 * The filter with all names as what they stand for. Requests: none without names; else 1 query for the names of projects; with
 * a cluster 1 batch read and 1 query in its project; without its project, or for an organization or a tag, 1 batch read for each 25 projects.
 * @throws RequestProblem that names the parameter
 */
export async function withNames<F extends JobsFilter>(
  ledger: NamesReader,
  filter: F,
  asked: AskedNames,
): Promise<F & JobsFilter> {
  const { project, cluster, targetProject, source = [], target = [], tag, orgId } = asked;
  const isListed = project !== undefined || targetProject !== undefined || source.length + target.length > 0;
  const listing = Object.keys(asked).find((name) => !['cluster', 'tag', 'orgId'].includes(name)) ?? 'project';
  const names = isListed ? await allNames(ledger, listing) : new Map<string, string>();
  const patterns = (texts: readonly string[]) =>
    texts.length === 0 ? undefined : texts.map((pattern) => ({ pattern, projectIds: fittingProjects(pattern, names) }));
  const projectId = project === undefined ? filter.projectId : projectNamed('project', project, names);
  const place = cluster === undefined ? { projectId } : await placeOf(ledger, cluster, projectId);
  const found: JobsFilter = defined({
    ...place,
    targetProjectId: targetProject === undefined ? undefined : projectNamed('targetProject', targetProject, names),
    sources: patterns(source),
    targets: patterns(target),
    projectIds: orgId === undefined ? undefined : await projectsOfOrganization(ledger, orgId),
  });
  const named = { ...filter, ...found };
  if (tag) named.tagged = taggedClusters(tag, await tagFacts(ledger, named), named);
  return named;
}

/** The id of a project that is named by it or by its name. Requests: 1 query, for a name. @throws RequestProblem */
export async function projectIdOf(
  ledger: Pick<NamesReader, 'listedProjects'>,
  field: string,
  given: string,
): Promise<string> {
  return isObjectId(given) ? given : projectNamed(field, given, await allNames(ledger, field));
}

/** The same of several, once each. Requests: 1 query, for names. @throws RequestProblem */
export async function projectIdsOf(
  ledger: Pick<NamesReader, 'listedProjects'>,
  field: string,
  given: readonly string[],
): Promise<string[]> {
  const names = given.every((one) => isObjectId(one)) ? new Map<string, string>() : await allNames(ledger, field);
  return [...new Set(given.map((one) => (isObjectId(one) ? one : projectNamed(field, one, names))))];
}

/** Names of all projects on record, by id. Requests: 1 query. @throws RequestProblem where they are too many */
export async function allNames(
  ledger: Pick<NamesReader, 'listedProjects'>,
  field: string,
): Promise<ReadonlyMap<string, string>> {
  const names = await ledger.listedProjects(MAX_NAMES);
  if (names) return names;
  throw tooMany(field);
}

/** A place as a request names it: `project` and `cluster` are looked up, `projectId` and `clusterName` are not. */
export interface AskedPlace {
  project?: string;
  cluster?: string;
  projectId?: string;
  clusterName?: string;
}

/** Requests: none for ids; else as `withNames`. @throws RequestProblem that names the field */
export async function placeAsked(
  ledger: NamesReader,
  { project, cluster, projectId, clusterName }: AskedPlace,
): Promise<Pick<AskedPlace, 'projectId' | 'clusterName'>> {
  if (clusterName !== undefined && projectId === undefined)
    throw badParameter('clusterName', 'clusterName requires projectId, as names are unique only within a project');
  excluding('project', project, 'projectId', projectId);
  excluding('cluster', cluster, 'clusterName', clusterName);
  const isId = project !== undefined && isObjectId(project);
  const filter = defined({ projectId: isId ? project : projectId, clusterName });
  return withNames(ledger, filter, defined({ project: isId ? undefined : project, cluster }));
}

/** @throws RequestProblem where two parameters say the same in other words */
export function excluding(name: string, value: unknown, other: string, otherValue: unknown) {
  if (value === undefined || otherValue === undefined) return;
  throw badParameter(name, `\`${name}\` excludes \`${other}\`: give one of them`);
}

const tooMany = (field: string) =>
  badParameter(field, `the ledger has more than ${MAX_NAMES} projects, too many to look names up: give an id`);

const fittingProjects = (pattern: string, names: ReadonlyMap<string, string>): string[] => {
  const fits = matcher(patternParts(pattern).project ?? pattern);
  return [...names].flatMap(([id, name]) => (fits(name) ? [id] : []));
};

/**
 * The id of the project of a name: as it is written; or, if none is, without case.
 * @param names of projects by id @param where they are @throws RequestProblem where none, or several, have the name
 */
export function projectNamed(
  field: string,
  name: string,
  names: ReadonlyMap<string, string>,
  where = 'on record',
): string {
  const exact = [...names].filter(([, each]) => each === name);
  const lower = name.toLowerCase();
  const found = exact.length > 0 ? exact : [...names].filter(([, each]) => each.toLowerCase() === lower);
  const [one] = found;
  if (one === undefined) throw badParameter(field, unknown('project', name, new Set(names.values()), { where }));
  if (found.length === 1) return one[0];
  throw ambiguous(
    field,
    name,
    found.map(([projectId, projectName]) => ({ projectId, projectName })),
  );
}

/** Where a cluster is, or was. */
async function placeOf(ledger: NamesReader, name: string, projectId: string | undefined) {
  if (projectId !== undefined) {
    await checkCluster(ledger, name, projectId);
    return { projectId, clusterName: name };
  }
  const candidates: Candidate[] = [];
  const known = new Set<string>();
  for (const { projectId, projectName, coverage } of await allFacts(ledger, 'cluster', 'name the project, too')) {
    for (const { clusterName } of Object.values(coverage?.clusters ?? {})) {
      known.add(clusterName);
      if (clusterName === name) candidates.push({ projectId, projectName, clusterName });
    }
  }
  const [one] = candidates;
  if (candidates.length > 1) throw ambiguous('cluster', name, candidates);
  if (one) return { projectId: one.projectId, clusterName: name };
  const gone = 'of one that was deleted more than a week ago, name the project, too, or use `source`';
  throw badParameter('cluster', `${unknown('cluster', name, known)}; ${gone}`);
}

/** A name that is on record, or that a restore has, is one. */
async function checkCluster(ledger: NamesReader, name: string, projectId: string): Promise<void> {
  const record = await ledger.projectRecord(projectId);
  const clusters = [...Object.values(record?.coverage?.clusters ?? {}), ...(record?.archived ?? [])];
  if (clusters.some(({ clusterName }) => clusterName === name)) return;
  const { items } = await ledger.indexedJobs({ projectId, clusterName: name, limit: 1 });
  if (items.length > 0) return;
  const known = new Set(clusters.map(({ clusterName }) => clusterName));
  throw badParameter(
    'cluster',
    unknown('cluster', name, known, { of: ` of project ${record?.projectName ?? projectId}` }),
  );
}

async function projectsOfOrganization(ledger: NamesReader, orgId: string): Promise<string[]> {
  const projects = await allFacts(ledger, 'orgId', 'use `project` or `source`');
  const ids = projects.flatMap(({ projectId, known, coverage }) => {
    const former = known?.formerOrgs?.map(({ was }) => was) ?? [];
    return [known?.orgId ?? coverage?.orgId, ...former].includes(orgId) ? [projectId] : [];
  });
  if (ids.length > 0) return ids;
  throw badParameter('orgId', `no project of organization ${orgId} is on record`);
}

/** The projects whose clusters can be asked for: one with those that are gone for long. */
async function tagFacts(ledger: NamesReader, { projectId, projectIds }: JobsFilter): Promise<ProjectFacts[]> {
  if (projectId !== undefined) {
    const record = await ledger.projectRecord(projectId);
    return record ? [record] : [];
  }
  const all = await allFacts(ledger, 'tag', 'name the project, too');
  return projectIds ? all.filter((project) => projectIds.includes(project.projectId)) : all;
}

async function allFacts(ledger: NamesReader, field: string, advice: string): Promise<ProjectFacts[]> {
  const facts: ProjectFacts[] = [];
  for await (const project of ledger.projects()) {
    if (facts.length === MAX_FACTS) {
      throw badParameter(field, `the ledger has more than ${MAX_FACTS} projects, too many to look through: ${advice}`);
    }
    facts.push(project);
  }
  return facts;
}

function unknown(
  what: string,
  name: string,
  known: ReadonlySet<string>,
  { of = '', where = 'on record' }: { of?: string; where?: string } = {},
): string {
  const shown = (some: readonly string[]) => some.map((each) => JSON.stringify(each)).join(', ');
  const text = `no ${what} ${JSON.stringify(name.slice(0, 100))}${of} is ${where}`;
  if (known.size === 0) return `${text}, nor any other`;
  const similar = nearest(name, known);
  if (similar.length > 0) return `${text}: did you mean ${shown(similar)}?`;
  const some = [...known].sort().slice(0, 10);
  const more = known.size > some.length ? ` and ${known.size - some.length} more` : '';
  return `${text}; there are: ${shown(some)}${more}`;
}

function ambiguous(field: string, name: string, candidates: readonly Candidate[]): RequestProblem {
  const shown = candidates.slice(0, MAX_CANDIDATES);
  const named = shown
    .slice(0, NAMED_CANDIDATES)
    .map(({ projectId, projectName, clusterName }) =>
      clusterName === undefined ? projectId : `${projectName}/${clusterName} (project ${projectId})`,
    );
  const more = candidates.length > named.length ? ` and ${candidates.length - named.length} more` : '';
  const advice = field === 'cluster' ? 'name the project, too' : 'give the id';
  const detail = `${JSON.stringify(name.slice(0, 100))} is the name of ${candidates.length}: ${named.join(', ')}${more}; ${advice}`;
  return new RequestProblem('ambiguous-name', { field, detail, candidates: shown });
}
