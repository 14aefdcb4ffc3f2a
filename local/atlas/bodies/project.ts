// local/atlas/bodies/project.ts: bodies of projects, alone and with their clusters (docs/atlas.md#2).
import { groupPath, type Scene, selfLink } from '../base/scene.ts';
import { timestamp } from '../base/time.ts';
import type { SimCluster, Tier } from '../model/cluster.ts';
import type { SimProject } from '../model/project.ts';

export function projectBody(project: SimProject, clusters: readonly SimCluster[], scene: Scene) {
  return {
    // Free clusters are not counted (docs/atlas.md#2): zero is no proof of an empty project.
    clusterCount: clusters.filter(({ state, tier }) => state === 'IDLE' && tier !== 'free').length,
    created: timestamp(project.created),
    id: project.id,
    links: [selfLink(scene, groupPath(project.id))],
    name: project.name,
    orgId: project.orgId,
    tags: [],
    withDefaultAlertsSettings: true,
  };
}

/** One element of `/clusters`. */
export function projectOverview(project: SimProject, clusters: readonly SimCluster[]) {
  return {
    clusters: clusters.filter(({ state }) => state === 'IDLE').map(clusterOverview),
    groupId: project.id,
    groupName: project.name,
    orgId: project.orgId,
    orgName: 'Simulated Organization',
    planType: 'NDS',
    tags: [],
  };
}

// `sharded cluster` is what a sample shows; the specification has SHARDED_CLUSTER (docs/atlas.md#2).
const TYPES: Partial<Record<Tier, string>> = { sharded: 'sharded cluster' };

function clusterOverview({ id, name, tier }: SimCluster) {
  return {
    alertCount: 0,
    authEnabled: true,
    availability: 'available',
    backupEnabled: tier !== 'free',
    clusterId: id,
    dataSizeBytes: 0,
    name,
    nodeCount: tier === 'serverless' ? -1 : 3,
    sslEnabled: true,
    type: TYPES[tier] ?? 'REPLICA_SET',
    versions: ['8.0.29'],
  };
}
