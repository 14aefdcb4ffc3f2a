// functions/api/web/pictures/worst-clusters.ts: of all clusters, those that a picture has room for: whose coverage is the worst.
import { type ClusterCoverage, clusterNamed } from '../../../ledger/model/coverage.ts';
import type { ProjectFacts } from '../../../ledger/model/known-project.ts';
import { type CoverageRow, worstFirst } from '../../../views/coverage.ts';

export interface PicturedCluster {
  /** Without its other clusters, which take 50 KB for 25. */
  facts: ProjectFacts;
  /** Absent: the row is about the project. */
  cluster?: ClusterCoverage;
  row: CoverageRow;
}

/** Memory: that of twice as many clusters as are kept. */
export class WorstClusters {
  readonly #max: number;
  #kept: PicturedCluster[] = [];
  #seen = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** @param rows of its coverage */
  add({ coverage, ...known }: ProjectFacts, rows: readonly CoverageRow[]): void {
    const facts = coverage ? { ...known, coverage: { ...coverage, clusters: {} } } : known;
    for (const row of rows) {
      const cluster =
        row.clusterName === undefined ? undefined : clusterNamed(coverage?.clusters ?? {}, row.clusterName);
      const isPictured = cluster ? row.state !== 'none' && row.state !== 'gone' : row.what === 'project';
      if (!isPictured || row.state === 'out-of-scope') continue;
      this.#seen += 1;
      this.#kept.push({ facts, row, ...(cluster ? { cluster } : {}) });
    }
    if (this.#kept.length > 2 * this.#max) this.#kept = this.worst;
  }

  /** Worst first; of those alike, the one that was proven the longest ago. */
  get worst(): PicturedCluster[] {
    return this.#kept.toSorted(byCoverage).slice(0, this.#max);
  }

  /** How many there are beyond those kept. */
  get left(): number {
    return Math.max(0, this.#seen - this.#max);
  }
}

const byCoverage = ({ row: a }: PicturedCluster, { row: b }: PicturedCluster) =>
  worstFirst(a, b) || compare(a.provenThrough ?? '', b.provenThrough ?? '') || compare(nameOf(a), nameOf(b));

const nameOf = ({ projectName, clusterName = '' }: CoverageRow) => `${projectName}/${clusterName}`;
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
