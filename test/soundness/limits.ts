// test/soundness/limits.ts: what may stay unknown: the stated limits of any proof that polls. Nothing else is excused.
import { type Entry, isListOf, type Log } from './log.ts';
import { type Job, type Stage, stageOf } from './outside/world.ts';

/**
 * A cluster that came and went between two readings of its list of clusters that lie closer together than this is not known to
 * anybody who reads once a day, and two hours late. So is a tier in which it was for no longer. Before a project's making there
 * is nothing to be read, so that its first reading may come so long after it.
 */
export const CONTINUITY_MS = 26 * 3_600_000;

/**
 * A job whose id is older than the moment at which it is first listed: a reading between the two can't show it. A period that ended
 * before it was listed may be called complete, until a reading shows it. Clocks are compared to the second, so near the end of
 * a period the same holds for so long.
 */
export const SECOND_MS = 10_000;

/** True where nobody could have learnt of the cluster, in that tier, in time. */
export function isUnknowable(job: Job, log: Log): boolean {
  const stage = stageOf(job);
  if (!stage) return true;
  const readings = log.entries.filter((entry) => isListOf(entry, job.cluster.projectId, stage.tier));
  const wasSeen = readings.some((entry) => entry.process.endedWell && sees(entry, job, stage));
  if (wasSeen) return false;
  const before = readings.filter(({ at }) => at < stage.from).at(-1);
  const after = readings.find(({ at }) => at >= stage.to);
  const since = before?.at ?? madeAt(job.cluster.projectId);
  return after !== undefined && after.at - since < CONTINUITY_MS;
}

/** The first 4 bytes of an id are the second in which it was made. */
const madeAt = (id: string) => Number.parseInt(id.slice(0, 8), 16) * 1_000;

const sees = ({ at, clusters }: Entry, { cluster }: Job, { from, to }: Stage) =>
  clusters.has(cluster.id) && at >= from && (at < to || at < (cluster.retainedUntil ?? 0));
