// local/atlas/model/cluster.ts: clusters of a simulated project.
import type { Kind } from '../../../functions/schema/words.ts';
import { randomObjectId } from '../base/object-id.ts';
import { Random } from '../base/random.ts';
import { DAY, SECOND } from '../base/time.ts';
import { type SimProject, WORLD_BEGAN } from './project.ts';

export type Tier = 'replicaSet' | 'sharded' | 'flex' | 'free' | 'serverless';

export interface SimCluster {
  /** Kept when the tier changes (docs/atlas.md#2-1). */
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly tier: Tier;
  /** The tier that its jobs from before the start belong to. Absent: it was added later and has none. */
  readonly pastTier?: Tier;
  /** `DELETED`: gone, but its backups are kept. */
  readonly state: 'IDLE' | 'DELETED';
  /** A restore is under way when the world starts. */
  readonly isBusy: boolean;
  /** Absent: answers leave the field out. */
  readonly tags?: readonly SimTag[];
  /** ms since the epoch. */
  readonly created: number;
  /** Names the cluster in random draws; no two of a world share it. */
  readonly ordinal: number;
}

export interface SimTag {
  key: string;
  value: string;
}

/** What a cluster is asked to be. */
export interface ClusterPlan {
  ordinal: number;
  name: string;
  tier: Tier;
  /** @default 'IDLE' */
  state?: SimCluster['state'];
  /** @default false */
  isBusy?: boolean;
  /** When it was added, in ms since the epoch. @default before history, so that it has one */
  created?: number;
}

/** How many clusters a project begins with. */
export interface ClusterSizes {
  regular: number;
  serverless: number;
  deleted: number;
}

/** No two projects' clusters share an ordinal, as long as no project has more than this. */
export const CLUSTERS_A_PROJECT = 2 ** 20;

// Where the ordinals of a project's other clusters begin; its regular ones begin at 0.
const FIRST_SERVERLESS = 2 ** 17;
const FIRST_DELETED = 2 ** 18;
export const FIRST_ADDED = 2 ** 19;

/** One cluster in this many is busy. */
const BUSY_SHARE = 5;

const WORDS = ['orders', 'billing', 'catalog', 'sessions', 'audit', 'ledger', 'events', 'Reports', 'mail', 'geo'];

const seeds = { cluster: 3, name: 4 } as const;

export function makeCluster(seed: number, project: SimProject, plan: ClusterPlan): SimCluster {
  const { name, tier, state = 'IDLE', isBusy = false } = plan;
  const ordinal = project.ordinal * CLUSTERS_A_PROJECT + plan.ordinal;
  const random = new Random(seed, seeds.cluster, ordinal);
  const drawn = WORLD_BEGAN + random.between((365 * DAY) / SECOND, (730 * DAY) / SECOND) * SECOND;
  const created = plan.created ?? drawn;
  const isNew = plan.created !== undefined;
  return {
    id: randomObjectId(created, random),
    projectId: project.id,
    name,
    tier,
    ...(!isNew && { pastTier: tier }),
    state,
    isBusy,
    tags: plannedTags(project, name),
    created,
    ordinal,
  };
}

export function firstClusters(seed: number, project: SimProject, sizes: ClusterSizes): SimCluster[] {
  const several = (count: number, from: number, plan: (n: number) => Omit<ClusterPlan, 'ordinal'>) =>
    Array.from({ length: count }, (_, n) => makeCluster(seed, project, { ...plan(n), ordinal: from + n }));
  return [
    ...several(sizes.regular, 0, (n) => regularCluster(seed, project, n)),
    ...several(sizes.serverless, FIRST_SERVERLESS, (n) => ({ name: `serverless-${n}`, tier: 'serverless' })),
    ...several(sizes.deleted, FIRST_DELETED, (n) => ({ name: `deleted-${n}`, tier: 'replicaSet', state: 'DELETED' })),
  ];
}

const regularCluster = (seed: number, project: SimProject, n: number): Omit<ClusterPlan, 'ordinal'> => ({
  name: plannedName(seed, project, n),
  tier: plannedTier(n),
  // Shifted by one from project to project, so that small worlds have a busy cluster of every tier too.
  isBusy: n % BUSY_SHARE === project.ordinal % BUSY_SHARE,
});

/** Many a project's first cluster still has the name that Atlas proposes, so a name alone identifies nothing. */
export function plannedName(seed: number, project: SimProject, n: number) {
  return n === 0 ? 'Cluster0' : `${new Random(seed, seeds.name, project.ordinal, n).pick(WORDS)}-${n}`;
}

const ENVIRONMENTS = ['prod', 'staging', 'dev'] as const;

/** A cluster with the name that Atlas proposes is one that nobody has tagged. */
function plannedTags({ ordinal }: SimProject, name: string): SimTag[] {
  const environment = ENVIRONMENTS[ordinal % ENVIRONMENTS.length] as string;
  const [team = ''] = name.toLowerCase().split('-');
  return name === 'Cluster0'
    ? []
    : [
        { key: 'env', value: environment },
        { key: 'team', value: team },
      ];
}

/** The kind that a restore of the whole cluster has. */
export const mainKind = (tier: Tier): Kind => (tier === 'flex' || tier === 'serverless' ? tier : 'dedicated');

/** Kinds of jobs that a tier's clusters can have. A free cluster has no backups. */
export function kindsOf(tier: Tier): readonly Kind[] {
  if (tier === 'free') return [];
  const kind = mainKind(tier);
  return kind === 'dedicated' ? [kind, 'collection'] : [kind];
}

/** One free cluster at most, as Atlas allows; the others take turns. */
function plannedTier(n: number): Tier {
  if (n === 3) return 'free';
  const turns = ['replicaSet', 'flex', 'sharded'] as const;
  return turns[n % turns.length] as Tier;
}
