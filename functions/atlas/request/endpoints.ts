// functions/atlas/request/endpoints.ts: the endpoints of Atlas that are used: versions, roles, rate-limit buckets, paths.
import type { Kind } from '../../schema/words.ts';
import type { ClusterList, JobList } from '../model/atlas.ts';
import { type Absence, AtlasError } from '../model/errors.ts';

export interface Endpoint {
  /** The operation in the OpenAPI file of 2026-08. */
  operation: string;
  /** Date of the media type requested. */
  version: string;
  /** The lowest role that may call it, as Atlas's page names it (docs/atlas.md#1, #2). */
  role: string;
  /** Endpoint set whose tokens a call takes (docs/atlas.md#4). Serverless and collection jobs are in no published set. */
  bucket: string;
  /** What Atlas can say is absent when this is requested. Anything else that it says is missing is a failure. */
  absences: readonly Absence[];
  /** Past its sunset as a whole, so that a version of it that is gone means the endpoint is. @default false */
  sunset?: boolean;
}

export const PROJECTS: Endpoint = {
  operation: 'listGroups',
  version: '2023-01-01',
  role: 'Organization Member or any project role',
  bucket: 'Projects',
  absences: [],
};

export const CLUSTER_LISTS: Record<ClusterList, Endpoint & { segment: string }> = {
  dedicated: {
    operation: 'listGroupClusters',
    segment: 'clusters',
    version: '2024-08-05',
    role: 'Project Read Only',
    bucket: 'Clusters',
    absences: ['project'],
  },
  flex: {
    operation: 'listGroupFlexClusters',
    segment: 'flexClusters',
    version: '2024-11-13',
    role: 'Project Read Only',
    bucket: 'Flex Clusters',
    absences: ['project', 'endpoint'], // Atlas for Government has no flex API (docs/atlas.md#1)
  },
  serverless: {
    operation: 'listGroupServerlessInstances',
    segment: 'serverless',
    version: '2023-01-01',
    role: 'Project Read Only',
    bucket: 'Serverless Instances',
    absences: ['project', 'endpoint'],
    sunset: true,
  },
};

/** "Under revision and may change" (docs/atlas.md#12-1). */
export const EVENTS: Endpoint = {
  operation: 'listGroupEvents',
  version: '2023-01-01',
  role: 'Project Read Only',
  bucket: 'Events',
  absences: ['project'],
};

interface JobEndpoint extends Endpoint {
  segment: string;
  jobs: string;
  /** Jobs requested per page: 500 is the upper limit in the OpenAPI file of 2026-08. */
  itemsPerPage: number;
  /** Whether the list knows the parameter `includeCount`. */
  counts: boolean;
}

export const JOB_LISTS: Record<Kind, JobEndpoint> = {
  dedicated: {
    operation: 'listGroupClusterBackupRestoreJobs',
    segment: 'clusters',
    jobs: 'backup/restoreJobs',
    version: '2023-01-01',
    role: 'Project Backup Manager',
    bucket: 'Cloud Backups',
    absences: ['project', 'cluster', 'tier'],
    itemsPerPage: 500,
    counts: true,
  },
  flex: {
    operation: 'listGroupFlexClusterBackupRestoreJobs',
    segment: 'flexClusters',
    jobs: 'backup/restoreJobs',
    version: '2024-11-13',
    role: 'Project Read Only',
    bucket: 'Flex Restore Jobs',
    absences: ['project', 'cluster', 'tier', 'endpoint'],
    itemsPerPage: 500,
    counts: true,
  },
  serverless: {
    operation: 'listGroupServerlessBackupRestoreJobs',
    segment: 'serverless',
    jobs: 'backup/restoreJobs',
    version: '2023-01-01',
    role: 'Project Owner',
    bucket: 'Serverless Restore Jobs',
    absences: ['project', 'cluster', 'tier', 'endpoint'],
    sunset: true,
    itemsPerPage: 500,
    counts: true,
  },
  collection: {
    operation: 'listGroupClusterCollectionRestoreJobs',
    segment: 'clusters',
    jobs: 'collectionRestoreJobs',
    version: '2025-03-12',
    role: 'Project Backup Manager',
    bucket: 'Collection Restore Jobs',
    absences: ['project', 'cluster', 'tier', 'endpoint'], // new in mid 2026, not in every Atlas yet (docs/atlas.md#1)
    itemsPerPage: 100, // one job can hold 100 collections and 100 databases (docs/atlas.md#1-5)
    counts: false,
  },
};

const PREFIX = '/api/atlas/v2/groups';

export const projectsPath = () => PREFIX;

export const clustersPath = (projectId: string, list: ClusterList) =>
  `${PREFIX}/${segment(projectId)}/${CLUSTER_LISTS[list].segment}`;

export const jobsPath = ({ kind, projectId, clusterName }: JobList) =>
  `${PREFIX}/${segment(projectId)}/${JOB_LISTS[kind].segment}/${segment(clusterName)}/${JOB_LISTS[kind].jobs}`;

export const jobPath = (list: JobList, jobId: string) => `${jobsPath(list)}/${segment(jobId)}`;

export const eventsPath = (projectId: string) => `${PREFIX}/${segment(projectId)}/events`;

/** One segment of a path. Names come from Atlas's answers too, so none may lead to another path. */
function segment(value: string) {
  // Dots survive encoding, and a URL resolves them away; half a surrogate pair has no encoding.
  if (value === '' || value === '.' || value === '..' || /\p{Cs}/u.test(value)) {
    throw new AtlasError(
      'ATLAS_REFUSED',
      'A project, cluster or job has a name that cannot stand in a path: not asked',
    );
  }
  return encodeURIComponent(value);
}
