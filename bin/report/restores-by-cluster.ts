// bin/report/restores-by-cluster.ts: the restores of a project by the cluster whose backups were restored.
import type { ClusterCoverage } from '../../functions/ledger/model/coverage.ts';
import type { LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { defined } from '../../functions/platform/defined.ts';
import type { Gap } from '../../functions/proof/gap.ts';
import { collectionsOf } from '../../functions/restore/collections.ts';
import { type ClusterEvidence, OPTIONAL_FIELDS, type RestoreEvidence } from './report.ts';

const MAX_REASON = 500;

const NO_COVERAGE: Gap = {
  reason: 'never-read',
  text: 'No coverage is kept of this cluster: there may be other restores.',
  action: 'run restore-ledger collect --full',
};

/** A cluster's id tells it from others that had its name. */
export class RestoresByCluster {
  readonly #known = new Set<string>();
  readonly #byName = new Map<string, string>();
  readonly #restores = new Map<string, { clusterName: string; clusterId?: string; restores: RestoreEvidence[] }>();

  constructor(clusters: readonly ClusterCoverage[]) {
    for (const { clusterName, clusterId } of clusters) {
      const key = keyOf(clusterName, clusterId);
      this.#known.add(key);
      // The first is the one that is there now.
      if (!this.#byName.has(clusterName)) this.#byName.set(clusterName, key);
    }
  }

  add(job: LedgerJob) {
    const { clusterName, clusterId } = job;
    const own = keyOf(clusterName, clusterId);
    const key = clusterId !== undefined && this.#known.has(own) ? own : (this.#byName.get(clusterName) ?? own);
    const group = this.#restores.get(key) ?? { ...defined({ clusterName, clusterId }), restores: [] };
    group.restores.push(restoreEvidence(job));
    this.#restores.set(key, group);
  }

  of = ({ clusterName, clusterId }: ClusterCoverage): RestoreEvidence[] =>
    this.#restores.get(keyOf(clusterName, clusterId))?.restores ?? [];

  unknown(): ClusterEvidence[] {
    return [...this.#restores].flatMap(([key, group]) => {
      if (this.#known.has(key)) return [];
      const proof = { state: 'gap' as const, lists: [], gaps: [NO_COVERAGE] };
      return [{ ...group, proof, drill: { state: 'none' as const, missed: [] } }];
    });
  }
}

const keyOf = (clusterName: string, clusterId: string | undefined) => JSON.stringify([clusterName, clusterId]);

/** Only what the report has of a job stays in memory. */
function restoreEvidence(job: LedgerJob): RestoreEvidence {
  const { jobId, kind, delivery, status, requestedAt, revision, findings = [] } = job;
  const errorMessage = job.errorMessage?.slice(0, MAX_REASON);
  const optional = Object.fromEntries(OPTIONAL_FIELDS.map((name) => [name, job[name]])) as Partial<LedgerJob>;
  return {
    ...{ jobId, kind, delivery, status, requestedAt, revision },
    ...defined({ ...optional, errorMessage, collections: collectionsOf(job) }),
    findings,
  };
}
