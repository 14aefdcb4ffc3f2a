// functions/api/web/parts/project-names.ts: the projects that a page names, and those that its form lists.
import { NAMED_PROJECTS } from '../../../ledger/model/coverage.ts';
import type { JobSummary } from '../../../ledger/model/ledger.ts';
import type { LedgerReader } from '../../../ledger/repositories/ledger-reader.ts';
import { isObjectId } from '../../../restore/object-id.ts';
import type { ProjectNames } from './job-form.ts';

export interface NamedProjects {
  /** Of those that the page shows, and are on record. */
  names: ProjectNames;
  /** For the form, in the order of names; none where there are too many. */
  listed: ProjectNames;
}

/** With more of them the form lists none. */
export const LISTED_PROJECTS = NAMED_PROJECTS;

type NamesReader = Pick<LedgerReader, 'listedProjects' | 'projectNames'>;

/** The same ledger, whose names are read once, unless they are too many to be listed, whoever asks for them. */
export function namedOnce<L extends NamesReader>(ledger: L): L {
  let reading: Promise<Map<string, string> | undefined> | undefined;
  const all = async () => {
    reading ??= ledger.listedProjects(LISTED_PROJECTS);
    return reading;
  };
  return {
    ...ledger,
    listedProjects: async (max: number) =>
      (await all()) ?? (max > LISTED_PROJECTS ? ledger.listedProjects(max) : undefined),
    projectNames: async (ids: Iterable<string>) => (await all()) ?? ledger.projectNames(ids),
  };
}

/** Requests: 1 query, and where the form lists none, 1 batch read for each 100 projects that are shown. */
export async function readNames(ledger: NamesReader, shown: () => Promise<readonly string[]>): Promise<NamedProjects> {
  const all = await ledger.listedProjects(LISTED_PROJECTS);
  if (all) return listing(all);
  return { names: await namesOf(ledger, await shown()), listed: new Map() };
}

/** Requests: none for no ids, else 1 batch read for each 100. */
export const namesOf = async (ledger: Pick<NamesReader, 'projectNames'>, ids: readonly string[]) =>
  ledger.projectNames(new Set(ids.filter(isObjectId)));

/** @param names of all projects @param others that the page names beside */
export function listing(names: ProjectNames, others: ProjectNames = new Map()): NamedProjects {
  const byName = [...names].sort(([, a], [, b]) => (a < b ? -1 : 1));
  return { names: new Map([...others, ...names]), listed: new Map(names.size > LISTED_PROJECTS ? [] : byName) };
}

/** Projects whose names a row needs beside what the job has. */
export const projectsOf = (
  jobs: readonly Pick<JobSummary, 'projectId' | 'projectName' | 'targetProjectId'>[],
): string[] =>
  jobs.flatMap(({ projectId, projectName, targetProjectId = projectId }) =>
    projectName === undefined ? [projectId, targetProjectId] : targetProjectId === projectId ? [] : [targetProjectId],
  );
