// functions/ledger/verdicts/read-verdicts.ts: the restores of clusters that somebody judged, as the jobs themselves say it.
import { defined } from '../../platform/defined.ts';
import {
  type DrillNeeds,
  isProof,
  JUDGED_FIELDS,
  type JudgedRestore,
  type Verdicts,
  type VerdictsAsked,
} from '../../restore/drills/judged.ts';
import { lowestIdAt, requestedAt } from '../../restore/object-id.ts';
import type { VerdictsByCluster } from '../model/known-project.ts';
import { pick } from '../table/job-item.ts';
import { jobKey, verdictOf, verdictsBetween } from '../table/keys.ts';
import { everything, itemsAt, type Table } from '../table/table-port.ts';

/** Of a cluster whose drills need no proof, or have it. */
const NEWEST = 20;
/** Of one that none of those proves. */
const MOST = 500;

/**
 * By project, of each cluster. Consistent reads: what was written before is in it.
 * Requests: 1 query for some thousand marks between the first and the last project, and 1 batch read for each 100 jobs: the newest 20 of a
 * cluster, and up to 500 where a drill needs proof and none of these is it.
 * @throws LedgerError
 */
export async function readVerdicts(
  table: Pick<Table, 'query' | 'batchGet'>,
  asked: readonly VerdictsAsked[],
): Promise<Map<string, VerdictsByCluster>> {
  const clusters = new Map(asked.map((one) => [nameOf(one), { ...one, marked: [] as string[] }]));
  const projectIds = asked.map(({ projectId }) => projectId).sort();
  const [first, last] = [projectIds[0], projectIds.at(-1)];
  if (first === undefined || last === undefined) return new Map();
  const range = { ...verdictsBetween(first, last), fields: ['sk'], consistent: true };
  for await (const { sk } of everything(table, range)) {
    const { jobId, ...of } = verdictOf(String(sk));
    clusters.get(nameOf(of))?.marked.push(jobId);
  }
  const found = new Map<string, Map<string, Verdicts>>(projectIds.map((projectId) => [projectId, new Map()]));
  const marked = [...clusters.values()].filter((one) => one.marked.length + (one.evidence ?? []).length > 0);
  for (const one of marked) one.marked.reverse();
  const newest = await jobsOf(
    table,
    marked.map((one) => ({ ...one, jobIds: [...one.marked.slice(0, NEWEST), ...(one.evidence ?? [])] })),
  );
  const open = marked.filter((one) => one.needs && !isProven(newest.get(nameOf(one)), one.needs));
  const older = await jobsOf(
    table,
    open.map((one) => ({ ...one, jobIds: one.marked.slice(NEWEST, MOST).filter((id) => id >= lowestIdAt(one.since)) })),
  );
  for (const { projectId, clusterName } of asked) found.get(projectId)?.set(clusterName, NONE);
  for (const one of marked) {
    const { projectId, clusterName } = one;
    const restores = [...(newest.get(nameOf(one)) ?? []), ...(older.get(nameOf(one)) ?? [])];
    // The oldest that was read: the kept ones among those before it say nothing of the others.
    const read = open.includes(one) ? MOST : NEWEST;
    const beyond = one.marked.slice(read, read + 1).map((jobId) => requestedAt(jobId))[0];
    // A job that the evidence rests on is not there, as in a hub that is behind: nothing can be said to be missing.
    const isLost = one.evidence?.some((id) => !restores.some(({ jobId }) => jobId === id));
    const before = isLost ? LATEST : beyond;
    found.get(projectId)?.set(clusterName, { restores, ...defined({ before }) });
  }
  return found;
}

/** After every time: of no time are all verdicts known. */
export const LATEST = '9999-12-31T23:59:59.999Z';

const NONE: Verdicts = { restores: [] };

const isProven = (restores: readonly JudgedRestore[] = [], needs: DrillNeeds) =>
  restores.some((restore) => isProof(restore, needs));

async function jobsOf(
  table: Pick<Table, 'batchGet'>,
  wanted: readonly { projectId: string; clusterName: string; jobIds: readonly string[] }[],
): Promise<Map<string, JudgedRestore[]>> {
  const keys = wanted.flatMap(({ projectId, jobIds }) =>
    [...new Set(jobIds)].map((jobId) => ({ ...jobKey(projectId, jobId) })),
  );
  const found = new Map<string, JudgedRestore[]>();
  for (const item of await itemsAt(table, keys, JUDGED_FIELDS)) {
    const job = pick<JudgedRestore>(item, [...JUDGED_FIELDS]);
    if (job.validation === undefined) continue;
    found.set(nameOf(job), [...(found.get(nameOf(job)) ?? []), job]);
  }
  return found;
}

const nameOf = ({ projectId, clusterName }: { projectId: string; clusterName: string }) =>
  `${projectId}#${clusterName}`;
