// functions/ledger/retention/record.ts: a coverage after restore jobs of its project were let go. Pure.
import { defined } from '../../platform/defined.ts';
import { KINDS } from '../../schema/words.ts';
import type { LetGo } from '../let-go/let-go.ts';
import { clusterKey, clusterNamed, type ListCoverage, type ProjectCoverage } from '../model/coverage.ts';
import { NO_IDS, toggled } from '../model/id-set.ts';
import { type Due, headsAfter, type Leaving } from './leaving.ts';

/** Who decided it, so to say. */
export interface Policy {
  days: number;
  /** ISO 8601. */
  at: string;
}

/** The jobs no longer count as recorded, in the same write as it says that they were let go. */
export function withLetGo(coverage: ProjectCoverage, due: Due, { days, at }: Policy): ProjectCoverage {
  const { letGo: before, recorded = 0, recordedIds = NO_IDS } = coverage;
  const { leaving, kept } = due;
  const ids = leaving.map(({ jobId }) => jobId);
  const ends = [before?.endedBy ?? [], leaving.flatMap(({ finishedAt }) => finishedAt ?? [])].flat();
  const letGo: LetGo = {
    before: due.before,
    kept,
    ...defined({ endedBy: ends.sort().at(-1) }),
    jobs: (before?.jobs ?? 0) + leaving.length,
    ids: toggled(before?.ids ?? NO_IDS, ids),
    heads: headsAfter(before, leaving),
    days,
    since: before?.since ?? at,
    at,
  };
  return {
    ...coverage,
    recorded: recorded - leaving.length,
    recordedIds: toggled(recordedIds, ids),
    clusters: withoutJobs(coverage.clusters, leaving),
    letGo,
  };
}

/** Jobs that were let go and are kept after all count as recorded again. `heads` goes on standing for the histories that they had. */
export function withTakenBack(coverage: ProjectCoverage, jobs: readonly Leaving[]): ProjectCoverage {
  const { letGo, recorded = 0, recordedIds = NO_IDS } = coverage;
  if (!letGo || jobs.length === 0) return coverage;
  const ids = jobs.map(({ jobId }) => jobId);
  const clusters = { ...coverage.clusters };
  for (const { clusterName, kind } of jobs) {
    const cluster = clusterNamed(clusters, clusterName);
    const list = cluster?.lists[kind];
    if (!cluster || !list) continue;
    const lists = { ...cluster.lists, [kind]: { ...list, jobs: list.jobs + 1 } };
    clusters[clusterKey(clusterName)] = { ...cluster, lists };
  }
  return {
    ...coverage,
    recorded: recorded + ids.length,
    recordedIds: toggled(recordedIds, ids),
    clusters,
    letGo: {
      ...letGo,
      kept: [...letGo.kept, ...ids].sort(),
      jobs: letGo.jobs - ids.length,
      ids: toggled(letGo.ids, ids),
    },
  };
}

/** Lists count the jobs that the ledger has of them, and vouch for the newest: those that leave are neither. */
function withoutJobs(clusters: ProjectCoverage['clusters'], leaving: readonly Leaving[]): ProjectCoverage['clusters'] {
  const next = { ...clusters };
  for (const name of new Set(leaving.map(({ clusterName }) => clusterName))) {
    const cluster = clusterNamed(next, name);
    if (!cluster) continue;
    const jobs = leaving.filter(({ clusterName }) => clusterName === name);
    const lists = { ...cluster.lists };
    for (const kind of KINDS) {
      const list = lists[kind];
      const ids = new Set(jobs.flatMap((job) => (job.kind === kind ? job.jobId : [])));
      if (list && ids.size > 0) lists[kind] = withoutIds(list, ids);
    }
    const proven = jobs.flatMap(({ proves, finishedAt }) => (proves && finishedAt ? [finishedAt] : []));
    const provenLetGo = [...proven, ...(cluster.provenLetGo ? [cluster.provenLetGo] : [])].sort().at(-1);
    next[clusterKey(name)] = { ...cluster, lists, ...defined({ provenLetGo }) };
  }
  return next;
}

function withoutIds({ recent, ...list }: ListCoverage, ids: ReadonlySet<string>): ListCoverage {
  const kept = recent && Object.entries(recent).filter(([jobId]) => !ids.has(jobId));
  return { ...list, jobs: Math.max(0, list.jobs - ids.size), ...(kept && { recent: Object.fromEntries(kept) }) };
}
