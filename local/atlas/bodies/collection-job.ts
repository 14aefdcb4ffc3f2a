// local/atlas/bodies/collection-job.ts: a restore job in the collection API (docs/atlas.md#1-5). Never recorded; after the
// one example in the specification.
import { Random } from '../base/random.ts';
import type { Scene } from '../base/scene.ts';
import { timestamp } from '../base/time.ts';
import type { SimJob } from '../model/job.ts';
import { type JobState, type Stage, stateAt } from '../model/timeline.ts';
import { downloadUrl } from './download.ts';

const STATES: Partial<Record<Stage, string>> = {
  pending: 'INITIALIZING',
  running: 'IN_PROGRESS',
  finalizing: 'FINALIZING',
  completed: 'SUCCESSFUL',
  cancelled: 'CANCELED',
  failed: 'FAILED',
};

const INDEX_STATES: Partial<Record<Stage, string>> = {
  pending: 'NOT_STARTED',
  running: 'NOT_STARTED',
  finalizing: 'IN_PROGRESS',
  completed: 'SUCCESSFUL',
  cancelled: 'NOT_STARTED',
  failed: 'FAILED',
};

const STRATEGIES = ['ALL', 'ALL', 'NONE', 'ALL_EXCEPT_TTL'] as const;

/** Upper limit in the OpenAPI file, of collections and of databases. */
const MAX_NAMESPACES = 100;

export function collectionJob(job: SimJob, scene: Scene) {
  const state = stateAt(job, scene.now);
  const random = new Random(job.traits);
  const overwrites = random.next() < 0.3;
  const collectionSuffix = overwrites ? '' : '_restored';
  const indexStrategy = random.pick(STRATEGIES);
  return {
    collectionSuffix,
    collections: namespaces(random, (n) => `shop.orders_${n}`, collectionSuffix),
    createdAt: timestamp(job.requestedAt),
    databaseSuffix: '',
    databases: random.next() < 0.5 ? [] : namespaces(random, (n) => `tenant_${n}`, ''),
    ...(state.stage === 'failed' && { errorMessage: errorMessage(job, scene) }),
    ...(state.endedAt !== undefined && { finishedAt: timestamp(state.endedAt) }),
    id: job.id,
    indexStatus: indexStatus(state, indexStrategy),
    indexStrategy,
    ...restoredFrom(job),
    ...documents(state, random.between(1_000, 50_000_000)),
    state: STATES[state.stage],
    targetClusterName: job.target?.clusterName,
    targetGroupId: job.target?.projectId,
    writeStrategy: overwrites ? 'OVERWRITE_EXISTING' : 'CREATE_NEW',
  };
}

/** A snapshot, or a moment. Spelled `Utc` here, `UTC` in the dedicated API. */
function restoredFrom({ pointInTime, snapshotId }: SimJob) {
  if (!pointInTime) return { snapshotId };
  return 'seconds' in pointInTime ? { pointInTimeUtcSeconds: pointInTime.seconds } : pointInTime;
}

/** A few as a rule; every eighth job has as many as Atlas allows. */
function namespaces(random: Random, name: (n: number) => string, suffix: string) {
  const count = random.next() < 0.125 ? MAX_NAMESPACES : random.between(1, 6);
  return Array.from({ length: count }, (_, n) => ({
    sourceNamespace: name(n),
    targetNamespace: `${name(n)}${suffix}`,
  }));
}

/** Both rise: Atlas finds out how much there is while it restores. */
function documents({ progress }: JobState, whole: number) {
  const totalDocuments = Math.floor(whole * (0.9 + 0.1 * progress));
  return { restoredDocuments: Math.floor(totalDocuments * progress), totalDocuments };
}

function indexStatus({ stage }: JobState, strategy: (typeof STRATEGIES)[number]) {
  const state = strategy === 'NONE' ? 'NOT_RESTORED' : INDEX_STATES[stage];
  return { failedCollectionCount: state === 'FAILED' ? 1 : 0, state };
}

/** Names the source that could not be read: the one place where a collection job holds such a URL. */
const errorMessage = (job: SimJob, scene: Scene) =>
  `Restore stopped: could not read ${downloadUrl(job, scene)} after 3 attempts.`;
