// functions/collector/project/drills.ts: by when a restore of each cluster in a project's coverage is due.
import type { ClusterCoverage, ProjectCoverage } from '../../ledger/model/coverage.ts';
import { LISTS_OF } from '../../ledger/model/coverage.ts';
import type { VerdictsByCluster } from '../../ledger/model/known-project.ts';
import { sinceFor } from '../../ledger/verdicts/asked.ts';
import { defined } from '../../platform/defined.ts';
import { drillOf } from '../../proof/drill-state.ts';
import { restingOn } from '../../proof/evidence-grade.ts';
import type { CompiledRules } from '../../restore/rules/compile-rules.ts';
import { NOT_KNOWN } from '../../restore/tags/cluster-pattern.ts';

/** Every list that restores of the whole cluster would be in. */
const isRead = ({ tier, lists }: ClusterCoverage) =>
  LISTS_OF[tier].every(
    (kind) => kind === 'collection' || lists[kind]?.readAt !== undefined || lists[kind]?.answer !== undefined,
  );

/** What is to be read of the verdicts on restores of its clusters, by the rules as they are. */
export const askedBy = ({ projectName, clusters }: ProjectCoverage, rules: CompiledRules, now: number) =>
  Object.values(clusters).map(({ clusterName, tags, evidence }) => {
    const cluster = { projectName, clusterName, tags };
    const [needs, days] = [rules.drillNeeds(cluster), rules.drillDays(cluster)];
    const known = { needs: needs === NOT_KNOWN ? undefined : needs, days: days === NOT_KNOWN ? undefined : days };
    return { clusterName, evidence, needs: known.needs, since: sinceFor(known.days, now) };
  });

/** What was asked of a cluster that is gone, while it was there: a report of that time says whether it was done. */
function lastAskedOf({
  goneAt,
  drill,
  drillNotKnown,
}: ClusterCoverage): Pick<ClusterCoverage, 'drill' | 'drillNotKnown'> {
  if (goneAt === undefined) return {};
  if (!drill) return defined({ drillNotKnown });
  const { days, dueAt, needs } = drill;
  return { drill: { days, dueAt, ...defined({ needs }) } };
}

export function withDrills(
  coverage: ProjectCoverage,
  rules: CompiledRules,
  verdicts: VerdictsByCluster,
  now: Date,
): ProjectCoverage {
  const { projectName } = coverage;
  const withDrill = (cluster: ClusterCoverage): ClusterCoverage => {
    const judged = verdicts.get(cluster.clusterName);
    const drill = drillOf(projectName, cluster, rules, now, judged);
    // What was restored last, or judged, is not known yet: nothing can be said to be overdue.
    const isKnown = isRead(cluster) && judged !== undefined;
    if (!isKnown && drill !== NOT_KNOWN) return cluster;
    const { drill: _, drillNotKnown: __, evidence, ...rest } = cluster;
    const asked = drill === NOT_KNOWN ? { drillNotKnown: true as const } : drill ? { drill } : lastAskedOf(cluster);
    const next = { ...rest, ...asked };
    if (!isKnown) return { ...next, ...defined({ evidence }) };
    const resting = restingOn(next, judged, rules.objectives.of(projectName, cluster.clusterName));
    // What would be proof by what is not known now stays.
    const kept = drill === NOT_KNOWN ? [...new Set([...(evidence ?? []), ...resting])].sort() : resting;
    return kept.length > 0 ? { ...next, evidence: kept } : next;
  };
  const clusters = Object.entries(coverage.clusters).map(([name, cluster]) => [name, withDrill(cluster)]);
  return { ...coverage, clusters: Object.fromEntries(clusters) };
}
