// functions/proof/verify.ts: the histories of a project's jobs recomputed, and its jobs counted: has anything been changed?
import type { Repair } from '../ledger/model/coverage.ts';
import { type Break, breaksOf, FIRST_CHANGES } from '../ledger/model/hash-chain.ts';
import type { ProjectFacts } from '../ledger/model/known-project.ts';
import type { Census, Ledger } from '../ledger/model/ledger.ts';
import { InTable, isAllThere } from '../ledger/model/uncounted.ts';
import { defined } from '../platform/defined.ts';
import { differing, undetermined } from './ledger.ts';
import { when } from './period.ts';
import type { MissingProject } from './scope.ts';

export interface Verification {
  projectId: string;
  /** Absent where nothing but jobs is on record of it. */
  projectName?: string;
  jobs: number;
  /** Entries of histories that were recomputed. */
  entries: number;
  /** Jobs with a history too long to keep: its middle could not be checked. */
  folded: number;
  /** Jobs from whose history a person's name was taken out: what its entries said before can't be recomputed. Absent: none. */
  erased?: number;
  /** Jobs that the coverage says there are, at least. */
  recorded?: number;
  /** What was missing once and was recorded again: it happened, and was repaired. Absent: nothing. */
  repairs?: Repair[];
  /** What can't be verified, as there is nothing on record to compare it with: a sentence each. */
  unverified: string[];
  /** At most the first thousand. */
  breaks: Break[];
  breakCount: number;
}

const MAX_BREAKS = 1_000;

/**
 * Requests: 1 query for each 100 of the project's jobs, and 1 a MB of its archived clusters. Jobs that are recorded meanwhile do no harm.
 * @param facts as they were before the census: what it counts is no less
 * @throws LedgerError
 */
export async function verifyProject(
  ledger: Pick<Ledger, 'projectJobs' | 'archivedClusters'>,
  facts: ProjectFacts,
  census: Census = { table: new InTable(), index: 0 },
  onJob: () => void = () => {},
): Promise<Verification> {
  const { projectId, projectName, coverage, known } = facts;
  const recorded = coverage?.recorded;
  const found = { jobs: 0, entries: 0, folded: 0, breaks: [] as Break[], breakCount: 0 };
  let erased = 0;
  const note = (more: Break[]) => {
    found.breakCount += more.length;
    found.breaks.push(...more.slice(0, MAX_BREAKS - found.breaks.length));
  };
  for await (const job of ledger.projectJobs(projectId)) {
    found.jobs += 1;
    found.entries += job.changes.length;
    if (job.revision > job.changes.length) found.folded += 1;
    if (job.changes.some?.((change) => change.erased)) erased += 1;
    note(breaksOf(job, FIRST_CHANGES));
    onJob();
  }
  const counts = { table: Math.min(census.table.jobs, found.jobs), index: census.index, recorded };
  const clusters = Object.values(coverage?.clusters ?? {});
  for await (const cluster of ledger.archivedClusters(projectId)) clusters.push(cluster);
  note(differing({ ...facts, clusters, counts }).map(({ text }) => ({ problem: text })));
  const isUnread = coverage === undefined && known?.coveredSince === undefined;
  const unverified = [
    isUnread ? unread(found.jobs) : undefined,
    coverage?.restartedAt &&
      `the coverage of the project was lost, and is kept anew since ${when(coverage.restartedAt)}: what was recorded before that can't be checked`,
    ...undetermined({ ...counts, isAllThere: isAllThere(coverage, census.table) }).map(({ text }) => text),
  ].filter((text) => text !== undefined);
  const name = projectName === projectId ? undefined : projectName;
  return defined({
    projectId,
    projectName: name,
    ...found,
    erased: erased || undefined,
    recorded,
    repairs: coverage?.repairs,
    unverified,
  });
}

const unread = (jobs: number) =>
  jobs === 0
    ? 'the project was never read: run restore-ledger collect'
    : `${jobs} jobs are on record, and how many there should be is not, as no reading of the project has ended: run restore-ledger collect`;

/** A project that was listed once, and of which nothing is in the table any more. */
export const verifiedMissing = ({ projectId, projectName, text }: MissingProject): Verification => ({
  projectId,
  ...(projectName !== projectId && { projectName }),
  ...{ jobs: 0, entries: 0, folded: 0, unverified: [], breaks: [{ problem: text }], breakCount: 1 },
});
