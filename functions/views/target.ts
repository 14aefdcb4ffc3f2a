// functions/views/target.ts: where the data of a restore goes and what becomes of the data there, in the words of every display.

import { defined } from '../platform/defined.ts';
import type { RestoredCollections } from '../restore/collections.ts';
import { type Destination, destinationOf, isWriting, type Place, type Placed } from '../restore/destination.ts';
import type { RestoreJob } from '../restore/job.ts';
import { isUnderstood } from '../restore/understood.ts';
import type { Status } from '../schema/words.ts';

type Names = ReadonlyMap<string, string>;

export interface TargetView extends Destination {
  /** In place of the cluster's name. */
  label?: string;
  /** Of another project: its name, or its id. */
  projectName?: string;
  about?: string;
}

export function targetView(job: Placed, projectNames: Names): TargetView {
  const target = destinationOf(job);
  const { place, clusterName, projectId } = target;
  const words: Record<Place, Pick<TargetView, 'label' | 'about'>> = {
    download: { label: 'download', about: 'to no cluster' },
    itself: { label: 'same cluster' },
    project: { about: 'in the same project' },
    elsewhere: clusterName === undefined ? { label: 'a cluster' } : {},
    unknown: { label: 'not known', about: whyUnknown(job) },
  };
  const projectName = projectId && (projectNames.get(projectId) ?? projectId);
  return { ...target, ...words[place], ...defined({ projectName }) };
}

/** Why the place is unknown: a part of a sentence. */
const whyUnknown = (job: Pick<RestoreJob, 'kind' | 'delivery'>): string =>
  isWriting(job) ? 'no target could be read from what Atlas sent' : 'how the data is delivered is not known';

/** `payments/orders` of another project, `orders` of the same, 'itself', 'not known'; empty for a download. */
export function destinationWords(job: Placed, projectNames: Names): string {
  const { place, clusterName = '?', projectName } = targetView(job, projectNames);
  if (place === 'elsewhere') return `${projectName}/${clusterName}`;
  return { download: '', itself: 'itself', project: clusterName, unknown: 'not known' }[place];
}

/** `automated to itself`, `download`, `pointInTime, target not known`. */
export function deliveryWords(job: Placed, projectNames: Names): string {
  const { place } = destinationOf(job);
  if (place === 'download') return job.delivery;
  if (place !== 'unknown') return `${job.delivery} to ${destinationWords(job, projectNames)}`;
  return isWriting(job) ? `${job.delivery}, target not known` : 'delivery not known';
}

type Affecting = Placed & { vanishedAt?: string };

/** How far a restore has come, for what it does to its target. */
type Stage = 'before' | 'during' | 'after' | 'partly' | 'unknown';

const STAGES: Partial<Record<Status, Stage>> = {
  PENDING: 'before',
  RUNNING: 'during',
  COMPLETED: 'after',
  FAILED: 'partly',
  CANCELLED: 'partly',
};

/** A job that is no longer listed went on after it was last seen. */
function stageOf(job: Affecting): Stage {
  const known = isUnderstood(job, 'status') && Object.hasOwn(STAGES, job.status) ? STAGES[job.status] : undefined;
  return known === undefined || (job.vanishedAt !== undefined && known !== 'after' && known !== 'partly')
    ? 'unknown'
    : known;
}

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
  const words = effect(job, 'its data', ['is', 'was'], 'replaced');
  return place === 'itself' && stageOf(job) === 'after' ? `${words} in place` : words;
}

/** A collection under a new name replaces nothing that has another one. */
function collectionsEffect(job: Affecting, strategy: RestoredCollections['writeStrategy']): string {
  const are = (what: string, done: string) => effect(job, what, ['are', 'were'], done);
  if (strategy === 'CREATE_NEW') return are('new collections', 'created');
  if (strategy === 'OVERWRITE_EXISTING') return are('collections that have the target names', 'replaced');
  return `${are('collections', 'restored')}; over existing ones or not is not known`;
}

function effect(job: Affecting, what: string, [is, was]: readonly [string, string], done: string): string {
  const soFar = job.status === 'CANCELLED' ? ': how far it had come is not known' : '';
  return {
    before: `${what} will be ${done}`,
    during: `${what} ${is} being ${done}`,
    after: `${what} ${was} ${done}`,
    partly: `${what} may be partly ${done}${soFar}`,
    unknown: `whether ${what} ${was} ${done} is not known`,
  }[stageOf(job)];
}

/** Of a restore, which may have 200 names. */
const MAX_NAMESPACES = 20;

/** The first collections of a restore, how many are left, and whether names are missing. */
export const namespacesShown = ({ namespaces, complete }: RestoredCollections) => ({
  shown: namespaces.slice(0, MAX_NAMESPACES),
  left: Math.max(0, namespaces.length - MAX_NAMESPACES),
  missing: complete ? '' : 'the ledger does not have all the names',
});
