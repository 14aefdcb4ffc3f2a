// functions/collector/project/drills.ts: by when a restore of each cluster in a project's coverage is due.
import type { ClusterCoverage, ProjectCoverage } from '../../ledger/model/coverage.ts';
import { LISTS_OF } from '../../ledger/model/coverage.ts';
import { drillOf } from '../../proof/drill-state.ts';
import type { CompiledRules } from '../../restore/rules/compile-rules.ts';

/** Every list that restores of the whole cluster would be in. */
const isRead = ({ tier, lists }: ClusterCoverage) =>
  LISTS_OF[tier].every(
    (kind) => kind === 'collection' || lists[kind]?.readAt !== undefined || lists[kind]?.answer !== undefined,
  );

export function withDrills(coverage: ProjectCoverage, rules: CompiledRules, now: Date): ProjectCoverage {
  const withDrill = (cluster: ClusterCoverage): ClusterCoverage => {
    // What was restored last is not known yet: nothing can be said to be overdue.
    if (!isRead(cluster)) return cluster;
    const { drill: _, ...rest } = cluster;
    const drill = drillOf(coverage.projectName, cluster, rules, now);
    return drill ? { ...rest, drill } : rest;
  };
  const clusters = Object.entries(coverage.clusters).map(([name, cluster]) => [name, withDrill(cluster)]);
  return { ...coverage, clusters: Object.fromEntries(clusters) };
}
