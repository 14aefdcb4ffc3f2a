// functions/ledger/repositories/archive.ts: the coverage of clusters that are gone for good, an item each.
import { type ClusterCoverage, incarnationOf } from '../model/coverage.ts';
import { itemBytes, storable } from '../model/item-size.ts';
import { ARCHIVED_CLUSTERS, archivedClusterKey, projectPk } from '../table/keys.ts';
import { everything, type Table } from '../table/table-port.ts';
import { fitted } from './coverage-size.ts';

/** Requests: 1 write. The same cluster again replaces what was archived of it. */
export async function archive(table: Table, projectId: string, cluster: ClusterCoverage, { isNew = false } = {}) {
  const key = archivedClusterKey(projectId, cluster.clusterName, incarnationOf(cluster));
  const fit = fitted(projectId, cluster, (archived) => itemBytes({ ...key, archived }));
  await table.put({ ...key, archived: storable(fit) }, isNew ? { pk: undefined } : undefined);
}

/** Requests: 1 query a MB. */
export async function* archived(table: Table, projectId: string): AsyncGenerator<ClusterCoverage> {
  const partition = projectPk(projectId);
  for await (const item of everything(table, { partition, beginsWith: ARCHIVED_CLUSTERS })) {
    yield item.archived as ClusterCoverage;
  }
}
