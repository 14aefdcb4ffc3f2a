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
  announcement: true,
  accountId: true,
  organizationId: true,
  validation: true,
  annotation: true,
  annotationCount: true,
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

/** When an item was imported from another ledger: what it says is old, and emits no events. */
export const IMPORTED_AT = 'importedAt';

/** The rules of a job's findings, beside the findings themselves: a filter can look into a list of texts only. */
export const FINDING_RULES = 'findingRules';

/**
 * What an index carries of a job: every field that a filter asks for, all that is counted, and what tells a job from another
 * where somebody queries an index by hand. Nothing long that most jobs have, nor what the first look at events adds.
 */
export const INDEXED_JOB_FIELDS = [
  ...(['jobId', 'projectId', 'projectName', 'clusterName', 'kind', 'status', 'delivery'] as const),
  ...(['requestedAt', 'finishedAt', 'durationSeconds', 'snapshotId', 'targetProjectId', 'targetClusterName'] as const),
  ...(['problems', 'findings'] as const),
] as const satisfies readonly (keyof JobSummary)[];
/** A job as an index knows it. */
export type IndexedJob = Pick<JobSummary, (typeof INDEXED_JOB_FIELDS)[number]>;
/** A field that queries of an index may filter by. */
export type IndexField = keyof IndexedJob | typeof FINDING_RULES;

const JOB_FIELDS: readonly IndexField[] = [...INDEXED_JOB_FIELDS, FINDING_RULES];
const FEED_FIELDS = [...JOB_FIELDS, ...(['runId', 'trigger', 'startedAt', 'projects'] satisfies (keyof Run)[])];

export interface Index {
  partition: string;
  sort: string;
  /** Beside its keys and the table's; DynamoDB takes at most 20 (CreateTable, 2026-08). */
  fields: readonly string[];
}

const index = (partition: string, sort: string, fields: readonly string[]): Index => ({
  partition,
  sort,
  fields: fields.filter((name) => name !== partition && name !== sort),
});

/** Where items are. What they are is read from the table: so an index costs 1 write unit (docs/decisions/0011-table.md). */
export const INDEXES = {
  /** One cluster's jobs by id. */
  byCluster: index('cluster', 'jobId', JOB_FIELDS),
  /** Jobs by month, runs by month, and the projects. */
  feed: index('feed', 'feedKey', FEED_FIELDS),
  /** Jobs of one status by id. Runs have a status too, but no `jobId`, so they stay out. */
  byStatus: index('status', 'jobId', JOB_FIELDS),
} as const;
export type IndexName = keyof typeof INDEXES;

export const TABLE = {
  partition: 'pk',
  sort: 'sk',
  /** Epoch seconds after which DynamoDB may remove an item. Runs, their parts and what people were told have it, nothing else does. */
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
    GlobalSecondaryIndexes: indexes.map(([name, { partition, sort, fields }]) => ({
      IndexName: name,
      KeySchema: keySchema(partition, sort),
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...fields] },
    })),
    StreamSpecification: { StreamEnabled: true, StreamViewType: TABLE.stream },
  };
}
