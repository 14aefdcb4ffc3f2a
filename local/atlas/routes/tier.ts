// local/atlas/routes/tier.ts: the cluster in a path, refused to the API of another tier (docs/atlas.md#2-1).
import { refusals } from '../base/errors.ts';
import type { SimCluster } from '../model/cluster.ts';
import { type Call, clusterRef } from './route.ts';

/** Any cluster that the cluster API speaks of: dedicated or free. */
export function clusterOfClusterApi(call: Call): SimCluster {
  const cluster = backedUpCluster(call);
  if (cluster.state === 'DELETED') throw refusals.clusterNotFound(cluster.name, cluster.projectId);
  return cluster;
}

/** The same; deleted ones too while their backups are kept. */
export function backedUpCluster(call: Call): SimCluster {
  const cluster = found(call);
  if (cluster.tier === 'flex') throw refusals.flexInClusterApi(cluster.name);
  if (cluster.tier === 'serverless') throw refusals.serverlessInClusterApi(cluster.name);
  return cluster;
}

export function flexCluster(call: Call): SimCluster {
  const cluster = found(call);
  if (cluster.state === 'DELETED') throw refusals.clusterNotFound(cluster.name, cluster.projectId);
  if (cluster.tier !== 'flex') throw refusals.nonFlexInFlexApi(cluster.name);
  return cluster;
}

export function serverlessInstance(call: Call): SimCluster {
  const ref = clusterRef(call);
  const cluster = call.world.cluster(ref);
  if (!cluster || cluster.state === 'DELETED') throw refusals.serverlessNotFound(ref.clusterName, ref.projectId);
  if (cluster.tier !== 'serverless') throw refusals.clusterInServerlessApi(cluster.name);
  return cluster;
}

function found(call: Call): SimCluster {
  const ref = clusterRef(call);
  const cluster = call.world.cluster(ref);
  if (!cluster) throw refusals.clusterNotFound(ref.clusterName, ref.projectId);
  return cluster;
}
