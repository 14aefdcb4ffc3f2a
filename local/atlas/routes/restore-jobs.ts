// local/atlas/routes/restore-jobs.ts: endpoints that list and start restore jobs (docs/atlas.md#1).
import type { Kind } from '../../../functions/schema/words.ts';
import { refusals } from '../base/errors.ts';
import { isObjectId } from '../base/object-id.ts';
import { type Listing, listing } from '../base/paging.ts';
import type { Version } from '../base/versions.ts';
import { jobBody } from '../bodies/job.ts';
import { OWN_KEY, SERVICE_ACCOUNT } from '../model/actors.ts';
import { kindsOf, type SimCluster } from '../model/cluster.ts';
import type { JobListRef } from '../world/restores.ts';
import { dedicatedRestore, flexRestore } from './restore-request.ts';
import { type Call, clusterRef, type Route } from './route.ts';
import { backedUpCluster, clusterOfClusterApi, flexCluster, serverlessInstance } from './tier.ts';
import { FIRST, FLEX, LEGACY, NEWEST, SERVERLESS_JOBS } from './versions.ts';

interface JobApi {
  kind: Kind;
  path: string;
  versions: readonly Version[];
  bucket?: 'cloudBackups' | 'flexRestoreJobs';
  java: string;
  /** Throws the Refusal of a cluster that this API does not serve. */
  cluster(call: Call): SimCluster;
  /** @default true */
  hasIncludeCount?: boolean;
}

/** Reads of one kind's jobs. */
function reads({ kind, path, cluster, java, hasIncludeCount = true, ...endpoint }: JobApi): Route[] {
  const ref = (call: Call): JobListRef => {
    const { projectId, name } = cluster(call);
    return { projectId, clusterName: name, kind };
  };
  return [
    {
      ...endpoint,
      method: 'GET',
      path,
      kind,
      java: `${java}::getRestoreJobs`,
      list: (call) => (isEmptied(call, kind) ? listing([], String) : jobListing(call, ref(call), hasIncludeCount)),
    },
    {
      ...endpoint,
      method: 'GET',
      path: `${path}/:jobId`,
      kind,
      java: `${java}::getRestoreJob`,
      one: (call) => {
        const id = jobId(call);
        const job = isEmptied(call, kind) ? undefined : call.world.list(ref(call)).find(id);
        if (!job) throw kind === 'flex' ? refusals.flexJobNotFound(id) : refusals.jobNotFound(id);
        return jobBody(job, call.scene);
      },
    },
  ];
}

/** @throws Refusal 410 where serverless is over. */
function isEmptied({ serverless }: Call, kind: Kind): boolean {
  if (kind !== 'serverless') return false;
  if (serverless === 'sunset') throw refusals.versionGone();
  return serverless === 'empty';
}

function jobListing({ world, scene }: Call, ref: JobListRef, hasIncludeCount: boolean): Listing {
  const jobs = world.list(ref);
  return {
    total: jobs.count,
    slice: (offset, limit) => jobs.slice(offset, limit).map((job) => jobBody(job, scene)),
    hasIncludeCount,
  };
}

function jobId({ params }: Call): string {
  const { jobId: id = '' } = params;
  if (!isObjectId(id)) throw refusals.invalidPath('restoreJobId', `${id} is not 24 hexadecimal digits.`);
  return id;
}

const dedicated: JobApi = {
  kind: 'dedicated',
  path: '/groups/:groupId/clusters/:clusterName/backup/restoreJobs',
  versions: FIRST,
  bucket: 'cloudBackups',
  java: 'ApiAtlasDiskBackupRestoreJobsResource',
  cluster: backedUpCluster,
};

const flex: JobApi = {
  kind: 'flex',
  path: '/groups/:groupId/flexClusters/:clusterName/backup/restoreJobs',
  versions: FLEX,
  bucket: 'flexRestoreJobs',
  java: 'ApiAtlasFlexBackupResource',
  cluster: flexCluster,
};

const serverless: JobApi = {
  kind: 'serverless',
  path: '/groups/:groupId/serverless/:clusterName/backup/restoreJobs',
  versions: SERVERLESS_JOBS,
  java: 'ApiAtlasServerlessBackupRestoreJobsResource',
  cluster: serverlessInstance,
};

const collection: JobApi = {
  kind: 'collection',
  path: '/groups/:groupId/clusters/:clusterName/collectionRestoreJobs',
  versions: NEWEST,
  java: 'ApiAtlasCollectionRestoreJobsResource',
  cluster: backedUpCluster,
  hasIncludeCount: false,
};

/** Starts a restore: the body is checked before the tier (docs/atlas.md#8-3620). */
const start = ({ kind, path, versions, bucket, java, cluster }: JobApi, read: typeof dedicatedRestore): Route => ({
  method: 'POST',
  path,
  versions,
  ...(bucket && { bucket }),
  kind,
  java: `${java}::createRestoreJob`,
  one: (call) => {
    const asked = read(call.body);
    const { name, tier } = cluster(call);
    if (!kindsOf(tier).includes(kind)) throw refusals.featureUnsupported(name);
    const actor = call.user === call.world.actors.named(OWN_KEY).actor.name ? OWN_KEY : SERVICE_ACCOUNT;
    return jobBody(call.world.startRestore({ ...clusterRef(call), kind, ...asked, actor }), call.scene);
  },
});

/** The list of legacy backups, which no cluster of ours has. */
const legacy = (path: string): Route => ({
  method: 'GET',
  path,
  versions: LEGACY,
  bucket: 'cloudBackups',
  java: 'ApiAtlasRestoreJobsResource::getRestoreJobs',
  one: (call) => {
    throw refusals.incorrectBackupEndpoint(clusterOfClusterApi(call).name);
  },
});

export const restoreJobRoutes: readonly Route[] = [
  ...[dedicated, flex, serverless, collection].flatMap(reads),
  start({ ...dedicated, cluster: clusterOfClusterApi }, dedicatedRestore),
  start(flex, flexRestore),
  legacy('/groups/:groupId/clusters/:clusterName/restoreJobs'),
  legacy('/groups/:groupId/clusters/:clusterName/restoreJobs/:jobId'),
];
