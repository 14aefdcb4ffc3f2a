// test/api/atlas-api.ts is Atlas's own paths, versions and schemas, and its specification where that is at hand.
import { existsSync, readFileSync } from 'node:fs';
import type { Kind } from '../../functions/restore/job.ts';

export interface AtlasList {
  results: { id: string; links?: { href: string }[] }[];
  links: { href: string; rel: string }[];
  totalCount?: number;
  status?: number;
}

export const OFFICIAL = new URL('../../../shared/atlas/openapi.json', import.meta.url);
export const official = existsSync(OFFICIAL) ? JSON.parse(readFileSync(OFFICIAL, 'utf8')) : undefined;

export const API: Record<Kind, { path: string; version: string; one: string; list: string }> = {
  dedicated: {
    ...{ path: 'clusters/{}/backup/restoreJobs', version: '2023-01-01' },
    ...{ one: 'DiskBackupSnapshotRestoreJob', list: 'PaginatedCloudBackupRestoreJobView' },
  },
  flex: {
    ...{ path: 'flexClusters/{}/backup/restoreJobs', version: '2024-11-13' },
    ...{ one: 'FlexBackupRestoreJob20241113', list: 'PaginatedApiAtlasFlexBackupRestoreJob20241113View' },
  },
  serverless: {
    ...{ path: 'serverless/{}/backup/restoreJobs', version: '2023-01-01' },
    ...{ one: 'ServerlessBackupRestoreJob', list: 'PaginatedApiAtlasServerlessBackupRestoreJobView' },
  },
  collection: {
    ...{ path: 'clusters/{}/collectionRestoreJobs', version: '2025-03-12' },
    ...{ one: 'ApiAtlasCollectionRestoreJobResponse', list: 'PaginatedApiAtlasCollectionRestoreJobView' },
  },
};

export const pathOf = (kind: Kind, projectId: string, clusterName: string) =>
  `/api/atlas/v2/groups/${projectId}/${API[kind].path.replace('{}', clusterName)}`;
export const accepting = (date: string) => ({ accept: `application/vnd.atlas.${date}+json` });
