// functions/report/gather/listing.ts: the index over all projects, read for a report of many, and spared where it is about few.
import type { Ledger } from '../../ledger/model/ledger.ts';
import { untilAborted } from '../../platform/lists/until-aborted.ts';
import { type Listed, listedIn } from '../../proof/counts.ts';
import type { Expected } from '../../proof/expected.ts';
import type { Period } from '../../proof/period.ts';

/** To count a job in the table takes as much as so many entries of the index: most where histories are long, or clusters have few jobs. */
const ENTRIES_A_JOB = 20;

export interface Listing {
  /** By project. Absent: not read. */
  listed?: ReadonlyMap<string, Listed>;
  /** Projects with jobs alone, of which nothing else is on record; where `listed` is absent, only those that were asked for. */
  strays: Expected[];
}

/**
 * Requests: 1 scan a MB of the index, or, where counting the jobs of the projects in the table takes less, those of counting the jobs of
 * each project of which nothing is on record.
 * @param recorded of all projects @param projectIds those of the report @throws LedgerError, and the signal's reason
 */
export async function listing(
  ledger: Pick<Ledger, 'listedJobs' | 'census'>,
  recorded: readonly Expected[],
  { period, projectIds, signal }: { period: Period; projectIds?: readonly string[]; signal?: AbortSignal | undefined },
): Promise<Listing> {
  const unknown = unknownOf(projectIds ?? [], recorded);
  if (projectIds && areFew(projectIds, unknown, recorded)) {
    const strays: Expected[] = [];
    for (const projectId of unknown) {
      signal?.throwIfAborted();
      const { table } = await ledger.census(projectId);
      if (table.jobs > 0) strays.push(stray(projectId));
    }
    return { strays };
  }
  const listed = await listedIn({ listedJobs: () => untilAborted(signal, ledger.listedJobs()) }, period, recorded);
  return { listed, strays: unknownOf(listed.keys(), recorded).map(stray) };
}

function areFew(projectIds: readonly string[], unknown: readonly string[], recorded: readonly Expected[]): boolean {
  const jobsOf = (some: readonly Expected[]) => some.reduce((sum, { recorded: of }) => sum + (of?.recorded ?? 0), 0);
  const chosen = recorded.filter(({ projectId }) => projectIds.includes(projectId));
  return ENTRIES_A_JOB * (jobsOf(chosen) + unknown.length) <= jobsOf(recorded);
}

function unknownOf(projectIds: Iterable<string>, recorded: readonly Expected[]): string[] {
  const known = new Set(recorded.map(({ projectId }) => projectId));
  return [...new Set(projectIds)].filter((projectId) => !known.has(projectId));
}

const stray = (projectId: string): Expected => ({ projectId, projectName: projectId, lostArchives: [] });
