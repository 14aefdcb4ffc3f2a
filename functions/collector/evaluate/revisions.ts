// functions/collector/evaluate/revisions.ts: how many revisions a project's jobs have, which shows a hub whether it lost one.
import type { ProjectCoverage, Revisions } from '../../ledger/model/coverage.ts';
import type { Ledger } from '../../ledger/model/ledger.ts';

/** Other writers than collectors, and collectors that died, are not noticed at once: their revisions are counted after so long, in ms. */
const RECOUNT_MS = 86_400_000;
/** Whoever annotates says so before the job is written, by a clock of its own. In ms. */
const ANNOTATION_SETTLE_MS = 900_000;

export interface RecountTask {
  projectId: string;
  stored: Revisions | undefined;
  /** By our own clock, in ms. */
  now: number;
}

/**
 * All of them counted, where that is due: never before, a day ago, or somebody annotated a job since.
 * Requests: 1 query and 1 more for each day annotated since; where it is due, 1 query a MB of the project's jobs.
 * @throws LedgerError
 */
export async function recounted(
  { projectId, stored, now }: RecountTask,
  ledger: Pick<Ledger, 'countRevisions' | 'isAnnotatedSince'>,
): Promise<Revisions | undefined> {
  const atMs = Date.parse(stored?.countedAt ?? '');
  const isFresh = Math.abs(now - atMs) < RECOUNT_MS;
  if (isFresh && !(await ledger.isAnnotatedSince(projectId, atMs - ANNOTATION_SETTLE_MS))) return undefined;
  return { total: await ledger.countRevisions(projectId), countedAt: new Date(now).toISOString() };
}

/** What one task found out. */
export interface RevisionsFound {
  /** As it was when the task began. */
  stored: Revisions | undefined;
  counted: Revisions | undefined;
  /** By the task itself. */
  written: number;
}

/** Never more than there are: where another collector counted meanwhile, some of these may be in its count. */
export function revisionsOver(
  latest: Pick<ProjectCoverage, 'revisions'> | undefined,
  { stored, counted, written }: RevisionsFound,
): Revisions | undefined {
  const kept = latest?.revisions;
  if (kept?.countedAt !== stored?.countedAt) return kept;
  return counted ?? (kept && { ...kept, total: kept.total + written });
}
