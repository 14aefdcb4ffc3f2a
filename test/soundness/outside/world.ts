// test/soundness/outside/world.ts: what really happens at Atlas, as plain data over time. Only the oracle knows all of it.

export type Tier = 'dedicated' | 'flex' | 'serverless' | 'free';
export type Kind = 'dedicated' | 'flex' | 'serverless' | 'collection';
export type Phase = 'pending' | 'running' | 'ready' | 'completed' | 'failed' | 'cancelled' | 'expired';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** From and to, in ms since the epoch; the end is not part of it. */
export interface Span {
  from: number;
  to: number;
}

export interface Project {
  id: string;
  name: string;
  createdAt: number;
  /** By the name of the credentials: when they see it. */
  visible: Record<string, Span[]>;
}

/** A time that a cluster spends in one tier: in it, and only in it, it stands in that tier's list of clusters. */
export interface Stage extends Span {
  tier: Tier;
}

export interface Cluster {
  projectId: string;
  id: string;
  name: string;
  /** One after the other; the first begins with the cluster, the last ends with it. */
  stages: Stage[];
  /** A dedicated cluster's backups are kept until then: it is listed as deleted, and its restore jobs are. */
  retainedUntil?: number;
  /** Whether the list of an earlier tier goes on answering. Else Atlas says that the cluster is of another tier. */
  keepsOldLists: boolean;
  /** Whether its plan has restores of collections. */
  hasCollections: boolean;
}

export interface Job {
  id: string;
  /** When its id was made: the time of the request. */
  requestedAt: number;
  /** When Atlas begins to list it. */
  visibleAt: number;
  cluster: Cluster;
  kind: Kind;
  download: boolean;
  /** The first begins with the job. */
  phases: { at: number; phase: Phase }[];
  /** Since when Atlas no longer lists it, though its cluster is there. Set as the history goes. */
  vanishedAt?: number;
  /** When it was left out of its list, and came back. Set as the history goes. */
  hidden?: Span[];
  /** Fields that are not as they should be, written over those that are. */
  odd?: Record<string, unknown>;
}

/** How Atlas orders a list: nothing is documented. */
export type Order = 'newest id first' | 'newest in the list first' | 'oldest first' | 'by snapshot';

export interface World {
  projects: Project[];
  clusters: Cluster[];
  jobs: Job[];
  order: Order;
  /** Most items a page, whatever is asked for. */
  mostItems: number;
  /** What the serverless API answers, now that it is over: the clusters that are left, or that it is gone. */
  serverless: 'alive' | 'gone' | 'empty';
  /** By the name of the credentials: lists of restore jobs that their role does not reach. */
  denied: Record<string, Kind[]>;
  /** What a project answers that the credentials don't see. */
  unseen: 401 | 404;
}

export const idOfSecond = (ms: number, rest: string) =>
  Math.floor(ms / 1000)
    .toString(16)
    .padStart(8, '0') + rest;

export const isIn = ({ from, to }: Span, at: number) => at >= from && at < to;

export const isVisible = (project: Project, account: string, at: number) =>
  at >= project.createdAt && (project.visible[account] ?? []).some((span) => isIn(span, at));

export const createdAt = ({ stages }: Cluster) => (stages[0] as Stage).from;
export const deletedAt = ({ stages }: Cluster) => (stages.at(-1) as Stage).to;

export const stageAt = ({ stages }: Cluster, at: number) => stages.find((stage) => isIn(stage, at));

export const isRetained = (cluster: Cluster, at: number) =>
  at >= deletedAt(cluster) && at < (cluster.retainedUntil ?? 0);

/** The lists of restore jobs that a cluster of a tier has. */
export const KINDS_OF: Record<Tier, readonly Kind[]> = {
  dedicated: ['dedicated', 'collection'],
  flex: ['flex'],
  serverless: ['serverless'],
  free: [],
};

/** The lists of restore jobs that a cluster has at a moment, and should be read. */
export function listsAt(cluster: Cluster, at: number): Kind[] {
  const tier = isRetained(cluster, at) ? 'dedicated' : stageAt(cluster, at)?.tier;
  if (tier === undefined) return [];
  return KINDS_OF[tier].filter((kind) => kind !== 'collection' || cluster.hasCollections);
}

/** The stage in which a job was asked for. */
export const stageOf = ({ cluster, kind, requestedAt, visibleAt }: Job): Stage | undefined => {
  const fits = cluster.stages.filter(({ tier }) => KINDS_OF[tier].includes(kind));
  return fits.find((stage) => isIn(stage, visibleAt)) ?? fits.find((stage) => isIn(stage, requestedAt)) ?? fits[0];
};

/** Whether a list of restore jobs answers at that moment, tiers of the past included. */
export function answers(cluster: Cluster, kind: Kind, at: number): boolean {
  if (listsAt(cluster, at).includes(kind)) return true;
  const now = stageAt(cluster, at);
  if (!now || !cluster.keepsOldLists || (kind === 'collection' && !cluster.hasCollections)) return false;
  return cluster.stages.some(({ tier, from }) => from <= at && KINDS_OF[tier].includes(kind));
}

export function phaseAt({ phases }: Job, at: number): Phase {
  const before = phases.filter((each) => each.at <= at);
  return (before.at(-1) ?? (phases[0] as Job['phases'][number])).phase;
}

/** Whether Atlas shows it at that moment. */
export const isListed = (job: Job, at: number) =>
  at >= job.visibleAt &&
  at < (job.vanishedAt ?? Number.POSITIVE_INFINITY) &&
  !(job.hidden ?? []).some((span) => isIn(span, at)) &&
  answers(job.cluster, job.kind, at);

/** Until when Atlas showed it, as far as the world is known by `at`. */
export function lastListedAt(job: Job, at: number): number {
  const ends = [at, job.vanishedAt ?? at];
  const { cluster, kind } = job;
  if (!answers(cluster, kind, at)) {
    const over = cluster.stages
      .filter(({ tier }) => KINDS_OF[tier].includes(kind))
      .map(({ to }) => (cluster.keepsOldLists ? deletedAt(cluster) : to));
    ends.push(Math.max(...over, kind === 'dedicated' || kind === 'collection' ? (cluster.retainedUntil ?? 0) : 0));
  }
  return Math.min(...ends);
}
