// functions/api/page/coverage-health.ts judges from the coverage what is read as it should be, and what is not.
import type { ClusterCoverage, Failure, ProjectCoverage } from '../../ledger/coverage.ts';
import { KINDS, type Kind } from '../../restore/job.ts';
import { type CoverageRow, coverageRows } from '../coverage-rows.ts';

/** After this long without a complete read a cluster is late, in ms: the collector usually comes by every few minutes. */
export const LATE_MS = 3_600_000;
/** And after this long it is stale, in ms. */
export const STALE_MS = 24 * 3_600_000;

/** Worst first. none: there are no backups, or Atlas has no list of restore jobs. */
export const HEALTHS = ['failing', 'stale', 'late', 'never', 'fresh', 'none', 'gone'] as const;
export type Health = (typeof HEALTHS)[number];
const rank = (health: Health) => HEALTHS.indexOf(health);
export const needsAttention = (health: Health) => rank(health) < rank('fresh');

export interface ClusterHealth extends CoverageRow {
  health: Health;
  kinds: Kind[];
  failures: { what: string; failure: Failure }[];
}

/** Worst first, then by name. */
export const projectHealth = (project: ProjectCoverage, now: number, archived: readonly ClusterCoverage[] = []) =>
  coverageRows(project, now, archived)
    .map((row) => clusterHealth(row, now))
    .toSorted(worstFirst);

export const worstFirst = (a: ClusterHealth, b: ClusterHealth) => rank(a.health) - rank(b.health);

function clusterHealth(row: CoverageRow, now: number): ClusterHealth {
  const { lists = {}, error } = row;
  const kinds = KINDS.filter((kind) => lists[kind] && lists[kind].answer === undefined);
  const failures = kinds.flatMap((kind) => {
    const failure = lists[kind]?.error;
    return failure ? [{ what: `${kind} restore jobs`, failure }] : [];
  });
  if (failures.length === 0 && error) failures.push({ what: error.what, failure: error });
  return { ...row, health: healthOf(row, now), kinds, failures };
}

function healthOf({ state, readAt }: CoverageRow, now: number): Health {
  if (state !== 'read' || readAt === undefined) return state === 'read' ? 'never' : state;
  const age = now - Date.parse(readAt);
  return age > STALE_MS ? 'stale' : age > LATE_MS ? 'late' : 'fresh';
}

export interface Coverage {
  /** By name. */
  projects: ProjectCoverage[];
  /** False: there are more projects than a page reads. */
  complete: boolean;
}

/** More than an Atlas organization holds; a page reads no more, in 1 + 20 requests. */
export const MOST_PROJECTS = 500;

export async function readCoverage(coverages: AsyncIterable<ProjectCoverage>): Promise<Coverage> {
  const projects: ProjectCoverage[] = [];
  let complete = true;
  for await (const project of coverages) {
    complete = projects.length < MOST_PROJECTS;
    if (!complete) break;
    projects.push(project);
  }
  return { projects: projects.sort((a, b) => (a.projectName < b.projectName ? -1 : 1)), complete };
}
