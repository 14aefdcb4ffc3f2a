// functions/restore/destination.ts: where the data of a restore goes, and what it does to the data there, in the words for every display.
import { defined } from '../platform/defined.ts';
import type { RestoredCollections } from './collections.ts';
import type { Delivery, RestoreJob } from './job.ts';

/**
 * itself: the cluster that the backup is of. project: another cluster of its project. elsewhere: another project. unknown:
 * no cluster is named, or whether the data goes to one is not known.
 */
export type Place = 'download' | 'itself' | 'project' | 'elsewhere' | 'unknown';

export interface Destination {
  place: Place;
  /** As Atlas names it, which it may where the place is unknown too. A download has none. */
  clusterName?: string;
  /** Of another project. */
  projectId?: string;
}

type Placed = Pick<RestoreJob, 'projectId' | 'clusterName' | 'kind' | 'delivery'> &
  Partial<Pick<RestoreJob, 'targetProjectId' | 'targetClusterName'>> & {
    /** Fields of Atlas's answer that could not be understood. */
    problems?: readonly { field: string }[];
  };
type Affecting = Placed & Pick<RestoreJob, 'status'> & { vanishedAt?: string };

/** Atlas's fields, of all kinds, that say where to. */
const TARGET_FIELDS = new Set(['targetGroupId', 'targetProjectId', 'targetClusterName', 'targetDeploymentItemName']);
/** And how far it has come. */
const STATUS_FIELDS = new Set([
  'failed',
  'cancelled',
  'expired',
  'finishedAt',
  'status',
  'state',
  'restoreFinishedDate',
]);
const WRITING: ReadonlySet<string> = new Set<Delivery>(['automated', 'pointInTime']);

/** Atlas names a target even for downloads of serverless instances, to which nothing is written. */
export function destinationOf(job: Placed): Destination {
  const { projectId, clusterName, kind, delivery, targetProjectId = projectId, targetClusterName } = job;
  if (delivery === 'download') return { place: 'download' };
  const otherProject = targetProjectId === projectId ? undefined : targetProjectId;
  const named = defined({ clusterName: targetClusterName, projectId: otherProject });
  // A collection-level job has no delivery type: it always writes into a cluster.
  const writes = kind === 'collection' || WRITING.has(delivery);
  if (!writes || hasProblem(job, TARGET_FIELDS)) return { place: 'unknown', ...named };
  if (targetProjectId !== projectId) return { place: 'elsewhere', ...named };
  if (targetClusterName === undefined) return { place: 'unknown' };
  return { place: targetClusterName === clusterName ? 'itself' : 'project', ...named };
}

/** Why the place is unknown: a part of a sentence. */
export function whyUnknown({ kind, delivery }: Pick<RestoreJob, 'kind' | 'delivery'>): string {
  return kind === 'collection' || WRITING.has(delivery)
    ? 'no target could be read from what Atlas sent'
    : 'how the data is delivered is not known';
}

/** `payments/orders` of another project, `orders` of the same, 'itself', 'not known'; empty for a download. */
export function destinationWords(job: Placed, projectNames: ReadonlyMap<string, string>): string {
  const { place, clusterName = '?', projectId = '' } = destinationOf(job);
  switch (place) {
    case 'download':
      return '';
    case 'itself':
      return 'itself';
    case 'project':
      return clusterName;
    case 'elsewhere':
      return `${projectNames.get(projectId) ?? projectId}/${clusterName}`;
    case 'unknown':
      return 'not known';
  }
}

/** `automated to itself`, `download`, `pointInTime, target not known`. */
export function deliveryWords(job: Placed, projectNames: ReadonlyMap<string, string>): string {
  const { delivery, kind } = job;
  switch (destinationOf(job).place) {
    case 'download':
      return delivery;
    case 'unknown':
      return kind === 'collection' || WRITING.has(delivery) ? `${delivery}, target not known` : 'delivery not known';
    default:
      return `${delivery} to ${destinationWords(job, projectNames)}`;
  }
}

/** How far a restore has come, for what it does to its target. */
type Stage = 'before' | 'during' | 'after' | 'partly' | 'unknown';

const STAGES: ReadonlyMap<string, Stage> = new Map([
  ['PENDING', 'before'],
  ['RUNNING', 'during'],
  ['COMPLETED', 'after'],
  ['FAILED', 'partly'],
  ['CANCELLED', 'partly'],
]);

/** A job that is no longer listed went on after it was last seen. */
function stageOf(job: Affecting): Stage {
  const stage = hasProblem(job, STATUS_FIELDS) ? 'unknown' : (STAGES.get(job.status) ?? 'unknown');
  return job.vanishedAt !== undefined && (stage === 'before' || stage === 'during') ? 'unknown' : stage;
}

/** What is written, its verb, and what became of it. */
interface Effect {
  what: string;
  be: { now: 'is' | 'are'; past: 'was' | 'were' };
  done: string;
}

const DATA = { what: 'its data', be: { now: 'is', past: 'was' } } as const;
const COLLECTIONS = { be: { now: 'are', past: 'were' } } as const;
/** Kinds whose restores replace all that is on the target. */
const WHOLE: ReadonlySet<string> = new Set(['dedicated', 'flex', 'serverless']);

/**
 * What becomes of the data of the target, as a part of a sentence; nothing for a download, and where no target is known.
 * @param collections what collectionsOf reads from the job, where it is at hand
 */
export function effectWords(job: Affecting, collections?: RestoredCollections): string | undefined {
  const { place } = destinationOf(job);
  if (place === 'download' || place === 'unknown') return undefined;
  if (job.kind === 'collection') return collectionsEffect(job, collections?.writeStrategy);
  if (!WHOLE.has(job.kind)) return 'what becomes of its data is not known';
  const words = sentence(job, { ...DATA, done: 'replaced' });
  return place === 'itself' && stageOf(job) === 'after' ? `${words} in place` : words;
}

/** A collection under a new name replaces nothing that has another one. */
function collectionsEffect(job: Affecting, strategy: RestoredCollections['writeStrategy']): string {
  switch (strategy) {
    case 'CREATE_NEW':
      return sentence(job, { ...COLLECTIONS, what: 'new collections', done: 'created' });
    case 'OVERWRITE_EXISTING':
      return sentence(job, { ...COLLECTIONS, what: 'collections that have the target names', done: 'replaced' });
    default:
      return `${sentence(job, { ...COLLECTIONS, what: 'collections', done: 'restored' })}; over existing ones or not is not known`;
  }
}

function sentence(job: Affecting, { what, be, done }: Effect): string {
  switch (stageOf(job)) {
    case 'before':
      return `${what} will be ${done}`;
    case 'during':
      return `${what} ${be.now} being ${done}`;
    case 'after':
      return `${what} ${be.past} ${done}`;
    case 'partly':
      return `${what} may be partly ${done}${job.status === 'CANCELLED' ? ': how far it had come is not known' : ''}`;
    case 'unknown':
      return `whether ${what} ${be.past} ${done} is not known`;
  }
}

const hasProblem = ({ problems = [] }: Placed, fields: ReadonlySet<string>) =>
  problems.some(({ field }) => fields.has(field));
