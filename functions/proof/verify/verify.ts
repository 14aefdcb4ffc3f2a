// functions/proof/verify/verify.ts: the histories of a project's jobs recomputed, and its jobs counted: has anything been changed?
import { type LetGo, letGoBy } from '../../ledger/let-go/let-go.ts';
import type { Repair } from '../../ledger/model/coverage.ts';
import { type Break, breaksOf, FIRST_CHANGES } from '../../ledger/model/hash-chain.ts';
import type { Ledger, RecordedJob } from '../../ledger/model/ledger.ts';
import { isAllThere } from '../../ledger/model/uncounted.ts';
import { defined } from '../../platform/defined.ts';
import { lowestIdAt } from '../../restore/object-id.ts';
import { differing, Tally, undetermined } from '../counts.ts';
import type { Expected, Recorded } from '../expected.ts';
import { when } from '../period.ts';
import type { MissingProject } from '../scope.ts';

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
  /** Jobs that the coverage says there are, at least, without those let go. */
  recorded?: number;
  /** Jobs that were let go by policy: their histories can't be recomputed. Absent: none. */
  letGo?: Omit<LetGo, 'kept' | 'ids'>;
  /** What was missing once and was recorded again: it happened, and was repaired. Absent: nothing. */
  repairs?: Repair[];
  /** What can't be verified, as there is nothing on record to compare it with: a sentence each. */
  unverified: string[];
  /** At most the first thousand. */
  breaks: Break[];
  breakCount: number;
}

const MAX_BREAKS = 1_000;

/** What a project's jobs add up to, one after the other: none of them is kept. Those that are let go don't count, as long as they are there. */
export class Recount extends Tally {
  /** Let go, and not deleted yet. */
  leaving = 0;
  /** Requested before others were let go, and not let go. */
  kept = 0;
  entries = 0;
  folded = 0;
  erased = 0;
  breakCount = 0;
  readonly breaks: Break[] = [];
  readonly clusterNames = new Set<string>();

  readonly #letGo: LetGo | undefined;
  readonly #isLetGo: (jobId: string) => boolean;

  /** @param letGo as it was before the jobs were read */
  constructor(letGo?: LetGo) {
    super();
    this.#letGo = letGo;
    this.#isLetGo = letGoBy(letGo);
  }

  addJob({ job, misplaced }: RecordedJob) {
    if (this.#isLetGo(job.jobId)) this.leaving += 1;
    else {
      this.add(job.jobId);
      if (this.#letGo && job.jobId < lowestIdAt(this.#letGo.before)) this.kept += 1;
    }
    this.clusterNames.add(job.clusterName);
    const changes = Array.isArray(job.changes) ? job.changes : [];
    this.entries += changes.length;
    if (job.revision > changes.length) this.folded += 1;
    if (changes.some((change) => change?.erased)) this.erased += 1;
    this.note(breaksOf(job, FIRST_CHANGES));
    if (misplaced.length > 0) this.note([{ jobId: job.jobId, problem: misplacedText(misplaced) }]);
  }

  note(more: readonly Break[]) {
    this.breakCount += more.length;
    this.breaks.push(...more.slice(0, MAX_BREAKS - this.breaks.length));
  }
}

const misplacedText = (fields: readonly string[]) =>
  `its item has the wrong ${fields.join(', ')}: lists leave the job out, or show it elsewhere`;

/**
 * Requests: none where the counts agree; else 1 query a MB of the project's jobs and, of the index, 1 or more for each of its clusters.
 * Jobs that are recorded meanwhile do no harm.
 * @param expected as it was before the jobs were read: what they add up to is no less
 * @param listed jobs that the index over all projects showed before they were read. @default counted in the index of clusters
 * @throws LedgerError
 */
export async function verification(
  ledger: Pick<Ledger, 'census' | 'countListed'>,
  { projectId, projectName, recorded: coverage, known, owner, lostArchives }: Expected,
  recount: Recount,
  listed = 0,
): Promise<Verification> {
  const { jobs, entries, folded, kept, leaving, clusterNames } = recount;
  const recorded = coverage?.recorded;
  // Jobs may have been recorded in between, and an index follows its table by a moment.
  const letGo = coverage?.letGo;
  const shown = async () => (await ledger.countListed(projectId, clusterNames, letGo)) + kept;
  const index = listed < jobs ? Math.min(await shown(), jobs) : listed;
  const counts = { table: jobs, index, recorded };
  recount.note(
    [...lostArchives, ...differing(counts, { coverage, known, owner })].map(({ text }) => ({ problem: text })),
  );
  const isUnread = coverage === undefined && known?.coveredSince === undefined;
  const unverified = [
    isUnread ? unread(jobs) : undefined,
    coverage?.restartedAt &&
      `the coverage of the project was lost, and is kept anew since ${when(coverage.restartedAt)}: what was recorded before that can't be checked`,
    ...undetermined({ ...counts, isAllThere: await isThere(ledger, projectId, coverage, recount) }).map(
      ({ text }) => text,
    ),
  ].filter((text) => text !== undefined);
  const name = projectName === projectId ? undefined : projectName;
  const { breaks, breakCount, erased } = recount;
  return defined({
    ...{ projectId, projectName: name, jobs: jobs + leaving, entries, folded, breaks, breakCount },
    erased: erased || undefined,
    letGo: letGo && publicOf(letGo),
    ...{ recorded, repairs: coverage?.repairs, unverified },
  });
}

const publicOf = ({ kept: _, ids: __, ...letGo }: LetGo) => letGo;

/** Which of the jobs were counted takes a look at all of them, unless it is these, or too few. */
async function isThere(
  ledger: Pick<Ledger, 'census'>,
  projectId: string,
  { recorded, recordedIds, letGo }: Recorded = {},
  { jobs, ids }: Recount,
): Promise<boolean | undefined> {
  if (recorded === undefined || recordedIds === undefined) return undefined;
  if (jobs <= recorded) return jobs === recorded && ids === recordedIds;
  return isAllThere(defined({ recorded, recordedIds, letGo }), (await ledger.census(projectId)).table);
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
