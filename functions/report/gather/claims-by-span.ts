// functions/report/gather/claims-by-span.ts: what may be claimed of a cluster through the period, day by day, and by month of its drills.
import type { ClusterCoverage } from '../../ledger/model/coverage.ts';
import type { ProjectFacts } from '../../ledger/model/known-project.ts';
import type { NamedGap } from '../../proof/ledger.ts';
import type { Asking } from '../../proof/period.ts';
import { cellRuns, clusterLine } from '../../views/pictures/coverage-cells.ts';
import { drillLine } from '../../views/pictures/drill-months.ts';
import { spansOf, unitOf } from '../../views/pictures/spans.ts';
import type { ClusterEvidence, RestoreEvidence } from '../model/report.ts';

const MAX_MONTHS = 24;

/** @param gaps of the project, as the report has them: where the table itself differs, nothing of it is proven on any day */
export function claimsBySpan(facts: ProjectFacts, gaps: readonly NamedGap[], { period, now }: Asking) {
  const beyond = gaps.filter(({ clusterName, reason }) => clusterName === undefined && reason === 'record-differs');
  const days = spansOf(period, unitOf(period));
  const months = spansOf(period, 'month', MAX_MONTHS);
  const at = Date.parse(now);
  return (
    cluster: ClusterCoverage,
    restores: readonly RestoreEvidence[],
  ): Required<Pick<ClusterEvidence, 'coverage' | 'drillMonths'>> => {
    const { projectId, projectName } = facts;
    const { clusterName } = cluster;
    const jobs = restores.map((restore) => ({ ...restore, projectId, projectName, clusterName }));
    const runs = cellRuns(clusterLine(facts, cluster, days, at, beyond).cells);
    return {
      coverage: runs.map(({ first: _, length: __, ...span }) => span),
      drillMonths: drillLine(facts, cluster, { jobs, readFrom: period.since, ofAll: true }, months, at, beyond).months,
    };
  };
}
