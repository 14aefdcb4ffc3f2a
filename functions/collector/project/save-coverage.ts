// functions/collector/project/save-coverage.ts: the last write of a task: its project's coverage.
import type { ProjectCoverage } from '../../ledger/model/coverage.ts';
import { believable } from './believed.ts';
import { type Collection, mayGoOn } from './collection.ts';
import type { Discovery } from './discover.ts';
import { askedBy, withDrills } from './drills.ts';
import { type Evaluation, evaluationOver } from './evaluation.ts';
import {
  clustersOutnamed,
  clustersReplaced,
  clustersToArchive,
  isMoving,
  projectCoverage,
} from './project-coverage.ts';
import { recordedOver } from './recorded-jobs.ts';

export interface Before {
  /** As the ledger had it. */
  read: ProjectCoverage | undefined;
  /** False where Atlas had answered nothing: a clock that was compared with nothing can't cast doubt on what is stored. */
  isTimeKnown: boolean;
}

/** By the time that it is now: others write meanwhile. */
export const believed = ({ time, options }: Collection, coverage: ProjectCoverage, isTimeKnown: boolean) =>
  isTimeKnown
    ? believable(coverage, { now: time.now(), latestNow: time.latestNow(), followMs: options.followMs })
    : coverage;

/** @returns the coverage as it was written, and when the next follow-up of running jobs is due, where this collector is the one to queue it */
export async function saveCoverage(
  collection: Collection,
  discovery: Discovery,
  evaluation: Evaluation,
  { read, isTimeKnown }: Before,
): Promise<{ coverage: ProjectCoverage; followAt: string | undefined }> {
  const { task, ports, time, stored, rules, attempts, listsLeft } = collection;
  const { ledger } = ports;
  const { projectId } = task;
  const gone = clustersToArchive(stored, discovery, time.now());
  const [replaced, outnamed] = [clustersReplaced(stored, discovery), clustersOutnamed(discovery)];
  for (const cluster of [...gone, ...replaced]) await ledger.archiveCluster(projectId, cluster);
  for (const cluster of outnamed) await ledger.archiveCluster(projectId, cluster, { isNew: true });
  const archived = { gone, others: [...replaced, ...outnamed] };
  const goesOn = listsLeft > 0 && mayGoOn(collection);
  let followAt: string | undefined;
  const found = (latest: ProjectCoverage | undefined) => {
    const before = latest && believed(collection, latest, isTimeKnown);
    const about = { ...recordedOver(before, collection), ...evaluationOver(before, collection, evaluation) };
    return projectCoverage(before, { task, goesOn, discovery, attempts, archived, about });
  };
  const verdicts = await ledger.verdicts(projectId, askedBy(found(read), rules, time.now()));
  const next = (latest: ProjectCoverage | undefined) => {
    const followed = withFollowUp(collection, withDrills(found(latest), rules, verdicts, new Date(time.now())));
    followAt = followed.followAt;
    if (!latest) collection.counts.firstOverdue = countOverdue(followed.coverage);
    return followed.coverage;
  };
  const coverage = await ledger.saveCoverage(projectId, next, read);
  return { coverage, followAt };
}

const countOverdue = ({ clusters }: ProjectCoverage) =>
  Object.values(clusters).filter(({ drill }) => drill?.overdueAt !== undefined).length;

/** One follow-up at a time: while one is queued and still to come, another would start a second chain. */
function withFollowUp(
  { task, time, options }: Collection,
  coverage: ProjectCoverage,
): { coverage: ProjectCoverage; followAt?: string } {
  const now = time.now();
  const { followAt: queued, ...rest } = coverage;
  if (queued !== undefined && Date.parse(queued) > now && queued !== task.followAt) return { coverage };
  if (!isMoving(coverage) || options.followMs === 0) return { coverage: rest };
  const followAt = new Date(now + options.followMs).toISOString();
  return { coverage: { ...rest, followAt }, followAt };
}
