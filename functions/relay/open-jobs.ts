// functions/relay/open-jobs.ts: the restore jobs of a project that are open in a hub, beside those that its spoke has open.
import { type ClusterCoverage, clusterNamed, type ProjectCoverage } from '../ledger/model/coverage.ts';
import type { Item } from '../ledger/table/job-item.ts';
import { isOpen } from '../restore/job.ts';
import type { Kind, Status } from '../schema/words.ts';

interface OpenList {
  clusterName: string;
  kind: Kind;
  /** When each was requested. */
  requestedAt: string[];
}

export class OpenJobs {
  readonly #lists = new Map<string, OpenList>();
  count = 0;

  /** Nothing where it isn't open. */
  add({ status, kind, clusterName, requestedAt, vanishedAt }: Item) {
    if (!isOpen(status as Status) || vanishedAt !== undefined) return;
    const key = `${clusterName}/${kind}`;
    const list = this.#lists.get(key) ?? { clusterName: String(clusterName), kind: kind as Kind, requestedAt: [] };
    list.requestedAt.push(String(requestedAt));
    this.#lists.set(key, list);
    this.count += 1;
  }

  /** Whether the coverage has every list that they are on. */
  isOnlyOf({ clusters }: Pick<ProjectCoverage, 'clusters'>): boolean {
    return [...this.#lists.values()].every(
      ({ clusterName, kind }) => clusterNamed(clusters, clusterName)?.lists[kind] !== undefined,
    );
  }

  /** More than the spoke has open on a list, or requested before all that it has settled of it. On no list: all of them. */
  moreThan(clusters: readonly ClusterCoverage[]): number {
    let more = 0;
    for (const { clusterName, kind, requestedAt } of this.#lists.values()) {
      const lists = clusters.flatMap((cluster) =>
        cluster.clusterName === clusterName ? (cluster.lists[kind] ?? []) : [],
      );
      const open = lists.reduce((sum, list) => sum + list.open, 0);
      const [first] = lists.map(({ settledThrough = '' }) => settledThrough).sort();
      const settled = requestedAt.filter((at) => at < (first ?? '')).length;
      more += Math.max(requestedAt.length - open, settled, 0);
    }
    return more;
  }
}
