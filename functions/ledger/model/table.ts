// functions/ledger/model/table.ts: the table as plain data, for the stack and for local tables alike.
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { JobSummary } from './ledger.ts';
import type { Run } from './run.ts';

/** The names of all fields of a record: one added to its type must be added here. */
export const fieldNames = <T>(fields: Record<keyof T, true>) => Object.keys(fields) as (keyof T & string)[];

/** What lists show of a job. */
export const JOB_SUMMARY_FIELDS = fieldNames<JobSummary>({
  projectId: true,
  projectName: true,
  clusterName: true,
  clusterId: true,
  jobId: true,
  kind: true,
  status: true,
  sourceStatus: true,
  delivery: true,
  requestedAt: true,
  finishedAt: true,
  durationSeconds: true,
  expiresAt: true,
  snapshotId: true,
  snapshotAt: true,
  pointInTime: true,
  targetProjectId: true,
  targetClusterName: true,
  errorMessage: true,
  deliveryUrlCount: true,
  problems: true,
  revision: true,
  firstSeenAt: true,
  changedAt: true,
  observedAt: true,
  fingerprint: true,
  vanishedAt: true,
  requester: true,
  findings: true,
});

export const RUN_FIELDS = fieldNames<Run>({
  runId: true,
  trigger: true,
  scope: true,
  full: true,
  startedAt: true,
  projects: true,
  status: true,
  finishedAt: true,
  counts: true,
  failures: true,
});

export interface Index {
  partition: string;
  sort: string;
}

/**
 * Every index holds whole items: DynamoDB takes at most 20 fields of choice an index (CreateTable, 2026-08), and lists show
 * more. So a job by its id is one query, and a write costs each index as much as the table (docs/decisions/0011-table.md).
 */
export const INDEXES = {
  /** One cluster's jobs by id. */
  byCluster: { partition: 'cluster', sort: 'jobId' },
  /** Jobs by month, runs by month, and the projects. */
  feed: { partition: 'feed', sort: 'feedKey' },
  /** Jobs of one status by id. Runs have a status too, but no `jobId`, so they stay out. */
  byStatus: { partition: 'status', sort: 'jobId' },
} as const satisfies Record<string, Index>;
export type IndexName = keyof typeof INDEXES;

export const TABLE = {
  partition: 'pk',
  sort: 'sk',
  /** Epoch seconds after which DynamoDB may remove an item. Runs and their parts have it, nothing else does. */
  ttl: 'ttl',
  indexes: INDEXES,
  stream: 'NEW_AND_OLD_IMAGES',
} as const;

/** What CreateTable takes. Expiry is switched on by the stack; DynamoDB sets it by another call, which emulators lack. */
export function createTableInput(tableName: string): CreateTableCommandInput {
  const keySchema = (partition: string, sort: string) => [
    { AttributeName: partition, KeyType: 'HASH' as const },
    { AttributeName: sort, KeyType: 'RANGE' as const },
  ];
  const indexes = Object.entries(INDEXES);
  const keys = new Set([
    TABLE.partition,
    TABLE.sort,
    ...indexes.flatMap(([, { partition, sort }]) => [partition, sort]),
  ]);
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keySchema(TABLE.partition, TABLE.sort),
    AttributeDefinitions: [...keys].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    GlobalSecondaryIndexes: indexes.map(([name, { partition, sort }]) => ({
      IndexName: name,
      KeySchema: keySchema(partition, sort),
      Projection: { ProjectionType: 'ALL' },
    })),
    StreamSpecification: { StreamEnabled: true, StreamViewType: TABLE.stream },
  };
}
