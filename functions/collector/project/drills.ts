// functions/collector/project/drills.ts: by when a restore of each cluster in a project's coverage is due.
import type { ClusterCoverage, ProjectCoverage } from '../../ledger/model/coverage.ts';
import { LISTS_OF } from '../../ledger/model/coverage.ts';
import type { VerdictsByCluster } from '../../ledger/model/known-project.ts';
import { sinceFor } from '../../ledger/verdicts/asked.ts';
import { defined } from '../../platform/defined.ts';
import { drillOf } from '../../proof/drill-state.ts';
import { restingOn } from '../../proof/evidence-grade.ts';
import type { CompiledRules } from '../../restore/rules/compile-rules.ts';
import type { Drill } from '../../restore/rules/drill.ts';

/** Every list that restores of the whole cluster would be in. */
const isRead = ({ tier, lists }: ClusterCoverage) =>
  LISTS_OF[tier].every(
    (kind) => kind === 'collection' || lists[kind]?.readAt !== undefined || lists[kind]?.answer !== undefined,
  );

/** What is to be read of the verdicts on restores of its clusters, by the rules as they are. */
export const askedBy = ({ projectName, clusters }: ProjectCoverage, rules: CompiledRules, now: number) =>
  Object.values(clusters).map(({ clusterName, evidence }) => {
    const needs = rules.drillNeeds(projectName, clusterName);
    return { clusterName, evidence, needs, since: sinceFor(rules.drillDays(projectName, clusterName), now) };
  });

/** What was asked of a cluster that is gone, while it was there: a report of that time says whether it was done. */
function lastAskedOf({ goneAt, drill }: ClusterCoverage): Drill | undefined {
  if (goneAt === undefined || !drill) return undefined;
  const { days, dueAt, needs } = drill;
  return { days, dueAt, ...defined({ needs }) };
}

export function withDrills(
  coverage: ProjectCoverage,
  rules: CompiledRules,
  verdicts: VerdictsByCluster,
  now: Date,
): ProjectCoverage {
  const withDrill = (cluster: ClusterCoverage): ClusterCoverage => {
    const judged = verdicts.get(cluster.clusterName);
    // What was restored last, or judged, is not known yet: nothing can be said to be overdue.
    if (!isRead(cluster) || !judged) return cluster;
    const { drill: _, evidence: __, ...rest } = cluster;
    const { projectName } = coverage;
    const drill = drillOf(projectName, cluster, rules, now, judged) ?? lastAskedOf(cluster);
    const next = { ...rest, ...defined({ drill }) };
    const evidence = restingOn(next, judged, rules.objectives.of(projectName, cluster.clusterName));
    return evidence.length > 0 ? { ...next, evidence } : next;
  };
  const clusters = Object.entries(coverage.clusters).map(([name, cluster]) => [name, withDrill(cluster)]);
  return { ...coverage, clusters: Object.fromEntries(clusters) };
}
