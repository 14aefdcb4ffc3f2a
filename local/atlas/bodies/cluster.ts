// local/atlas/bodies/cluster.ts: bodies of clusters: the cluster API today and before 2024-08-05, the flex and the serverless
// API (docs/atlas.md#2-1).
import { Random } from '../base/random.ts';
import { groupPath, relatedLink, type Scene, selfLink } from '../base/scene.ts';
import { timestamp } from '../base/time.ts';
import type { SimCluster } from '../model/cluster.ts';

/** The first version with a specification for every shard. */
const INDEPENDENT_SHARDS = '2024-08-05';

const VERSION = '8.0.29';

/** A dedicated or free cluster in the version asked for. */
export const clusterBody = (cluster: SimCluster, version: string, scene: Scene) =>
  version < INDEPENDENT_SHARDS ? formerCluster(cluster, scene) : currentCluster(cluster, scene);

function currentCluster(cluster: SimCluster, scene: Scene) {
  const isSharded = cluster.tier === 'sharded';
  const specs = (region: object) => Array.from({ length: shardsOf(cluster) }, (_, n) => shardSpec(cluster, n, region));
  const isFree = cluster.tier === 'free';
  return {
    adaptiveCapacity: null,
    ...commonFields(cluster, scene),
    connectionStrings: { awsPrivateLinkSrv: {}, privateEndpoint: [], ...connectionStrings(cluster) },
    ...(isSharded && { configServerManagementMode: 'ATLAS_MANAGED', configServerType: 'EMBEDDED' }),
    effectiveDatabaseEdition: 'CORE',
    effectiveReplicationSpecs: specs(isFree ? freeRegion : currentRegion),
    featureCompatibilityVersion: '8.0',
    internalClusterRole: 'NONE',
    redactClientLogData: false,
    replicationSpecs: specs(isFree ? freeRegion : { ...currentRegion, ...effectiveSpecs }),
    retainBackups: cluster.state === 'DELETED',
    useAwsTimeBasedSnapshotCopyForFastInitialSync: false,
  };
}

function formerCluster(cluster: SimCluster, scene: Scene) {
  const isFree = cluster.tier === 'free';
  const spec = shardSpec(cluster, 0, isFree ? freeRegion : formerRegion);
  return {
    ...commonFields(cluster, scene),
    connectionStrings: connectionStrings(cluster),
    diskSizeGB: isFree ? 0.5 : 30,
    replicationSpecs: [{ ...spec, numShards: shardsOf(cluster) }],
  };
}

function commonFields(cluster: SimCluster, scene: Scene) {
  const { tier, projectId, name } = cluster;
  const path = `${groupPath(projectId)}/clusters/${name}`;
  return {
    advancedConfiguration: {
      customOpensslCipherConfigTls12: [],
      customOpensslCipherConfigTls13: [],
      minimumEnabledTlsProtocol: 'TLS1_2',
      tlsCipherConfigMode: 'DEFAULT',
    },
    backupEnabled: tier !== 'free',
    biConnector: { enabled: false, readPreference: 'secondary' },
    clusterType: tier === 'sharded' ? 'SHARDED' : 'REPLICASET',
    createDate: timestamp(cluster.created),
    diskWarmingMode: 'FULLY_WARMED',
    encryptionAtRestProvider: 'NONE',
    globalClusterSelfManagedSharding: false,
    groupId: projectId,
    id: cluster.id,
    labels: [],
    links: [
      selfLink(scene, path),
      // A free cluster has it too: the link's presence proves nothing (docs/atlas.md#2-1).
      relatedLink(scene, 'restoreJobs', `${path}/backup/restoreJobs`),
      relatedLink(scene, 'snapshots', `${path}/backup/snapshots`),
    ],
    mongoDBMajorVersion: '8.0',
    mongoDBVersion: VERSION,
    name,
    paused: false,
    pitEnabled: tier !== 'free',
    rootCertType: 'ISRGROOTX1',
    stateName: cluster.state,
    tags: cluster.tags,
    terminationProtectionEnabled: false,
    versionReleaseSystem: 'LTS',
  };
}

const shardsOf = ({ tier }: SimCluster) => (tier === 'sharded' ? 2 : 1);

function shardSpec({ id, ordinal }: SimCluster, shard: number, region: object) {
  const random = new Random(ordinal, shard);
  const idNear = () => id.slice(0, 18) + random.hex(6);
  return { id: idNear(), regionConfigs: [region], zoneId: idNear(), zoneName: 'Zone 1' };
}

const autoScaling = { compute: { enabled: false, scaleDownEnabled: false }, diskGB: { enabled: false } };

const freeRegion = {
  electableSpecs: { effectiveInstanceSize: 'M0', instanceSize: 'M0' },
  backingProviderName: 'AWS',
  priority: 7,
  providerName: 'TENANT',
  regionName: 'US_EAST_1',
};

const formerSpecs = { instanceSize: 'M10', diskIOPS: 3000, ebsVolumeType: 'STANDARD' };
const formerRegion = {
  analyticsSpecs: { ...formerSpecs, nodeCount: 0 },
  autoScaling,
  electableSpecs: { ...formerSpecs, nodeCount: 3 },
  priority: 7,
  providerName: 'AWS',
  regionName: 'US_EAST_1',
};

const currentSpecs = { ...formerSpecs, diskSizeGB: 30 };
const currentRegion = {
  analyticsSpecs: { ...currentSpecs, nodeCount: 0 },
  autoScaling,
  electableSpecs: { ...currentSpecs, nodeCount: 3 },
  priority: 7,
  providerName: 'AWS',
  readOnlySpecs: { ...currentSpecs, nodeCount: 0 },
  regionName: 'US_EAST_1',
};

const effectiveSpecs = {
  effectiveAnalyticsSpecs: currentRegion.analyticsSpecs,
  effectiveElectableSpecs: currentRegion.electableSpecs,
  effectiveReadOnlySpecs: currentRegion.readOnlySpecs,
};

export function flexClusterBody(cluster: SimCluster) {
  return {
    backupSettings: { enabled: true },
    clusterType: 'REPLICASET',
    connectionStrings: connectionStrings(cluster),
    createDate: timestamp(cluster.created),
    groupId: cluster.projectId,
    id: cluster.id,
    mongoDBVersion: VERSION,
    name: cluster.name,
    providerSettings: { backingProviderName: 'AWS', diskSizeGB: 5, providerName: 'FLEX', regionName: 'US_EAST_1' },
    stateName: cluster.state,
    tags: cluster.tags,
    terminationProtectionEnabled: false,
    versionReleaseSystem: 'LTS',
  };
}

export function serverlessInstanceBody(cluster: SimCluster, scene: Scene) {
  const path = `${groupPath(cluster.projectId)}/serverless/${cluster.name}`;
  return {
    connectionStrings: { standardSrv: connectionStrings(cluster).standardSrv },
    createDate: timestamp(cluster.created),
    groupId: cluster.projectId,
    id: cluster.id,
    links: [selfLink(scene, path), relatedLink(scene, 'restoreJobs', `${path}/backup/restoreJobs`)],
    mongoDBVersion: VERSION,
    name: cluster.name,
    providerSettings: { backingProviderName: 'AWS', providerName: 'SERVERLESS', regionName: 'US_EAST_1' },
    serverlessBackupOptions: { serverlessContinuousBackupEnabled: true },
    stateName: cluster.state,
    tags: cluster.tags,
    terminationProtectionEnabled: false,
  };
}

/** Hosts in the shape of Atlas's; nothing can answer there. No passwords, as ever. */
function connectionStrings({ name, ordinal }: SimCluster) {
  const random = new Random(ordinal);
  const domain = `${random.lower(7)}.mongodb.invalid`;
  const set = random.lower(6);
  const hosts = [0, 1, 2].map((n) => `ac-${set}-shard-00-0${n}.${domain}:27017`).join(',');
  return {
    standard: `mongodb://${hosts}/?ssl=true&authSource=admin&replicaSet=atlas-${set}-shard-0`,
    standardSrv: `mongodb+srv://${name.toLowerCase()}.${domain}`,
  };
}
