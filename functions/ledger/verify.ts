// functions/ledger/verify.ts recomputes the histories of a project's jobs, and counts the jobs: has anything been changed?
import { type Break, breaksOf, unchainedIn } from './chain.ts';
import { FIRST_CHANGES } from './job-item.ts';
import type { Ledger } from './ledger.ts';

export interface Verification {
  projectId: string;
  /** Absent where the ledger has no coverage of it. */
  projectName?: string;
  jobs: number;
  /** Entries of histories that were recomputed. */
  entries: number;
  /** Jobs with a history too long to keep: its middle could not be checked. */
  folded: number;
  /** Entries that were written before histories were chained. */
  unchained: number;
  /** Jobs that the coverage says there are, at least. */
  recorded?: number;
  /** At most the first thousand. */
  breaks: Break[];
  breakCount: number;
}

const MAX_BREAKS = 1_000;

/**
 * Requests: 1 read, and 1 query for each 100 of the project's jobs. Jobs that are recorded meanwhile do no harm.
 * @throws LedgerError
 */
export async function verifyProject(
  ledger: Pick<Ledger, 'coverage' | 'projectJobs'>,
  projectId: string,
  onJob: () => void = () => {},
): Promise<Verification> {
  // First: the number only grows, so that what is counted after it is no less.
  const coverage = await ledger.coverage(projectId);
  const { projectName, recorded } = coverage ?? {};
  const found = { jobs: 0, entries: 0, folded: 0, unchained: 0, breaks: [] as Break[], breakCount: 0 };
  const note = (more: Break[]) => {
    found.breakCount += more.length;
    found.breaks.push(...more.slice(0, MAX_BREAKS - found.breaks.length));
  };
  for await (const job of ledger.projectJobs(projectId)) {
    found.jobs += 1;
    found.entries += job.changes?.length ?? 0;
    if (job.revision > (job.changes?.length ?? 0)) found.folded += 1;
    found.unchained += unchainedIn({ changes: job.changes ?? [] });
    note(breaksOf(job, FIRST_CHANGES));
    onJob();
  }
  if (recorded !== undefined && found.jobs < recorded) {
    const missing = recorded - found.jobs;
    note([{ problem: `${missing} of ${recorded} jobs that were recorded are not in the ledger any more` }]);
  }
  return {
    projectId,
    ...(projectName === undefined ? {} : { projectName }),
    ...found,
    ...(recorded === undefined ? {} : { recorded }),
  };
}
