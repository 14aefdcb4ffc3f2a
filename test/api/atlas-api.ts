// test/api/atlas-api.ts: Atlas's own paths, versions and the names of its schemas
import type { Kind } from '../../functions/schema/words.ts';
import { SPECIFICATIONS } from '../fixtures/exchanges.ts';
import { violations } from './json-schema.ts';

export interface AtlasList {
  results: { id: string; links?: { href: string }[] }[];
  links: { href: string; rel: string }[];
  totalCount?: number;
  status?: number;
}

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

export const schemaRef = (schema: string) => `#/components/schemas/${schema}`;

/** How a value departs from a schema, in our specification and in each other one at hand. */
export const departures = (schema: string, value: unknown) =>
  SPECIFICATIONS.filter(({ skip }) => !skip).flatMap(({ specification }) =>
    violations(specification, { $ref: schemaRef(schema) }, value),
  );
