// local/atlas/world/restores.ts: the restore jobs of a simulated organization: those of its past, those that are asked for and those
// that people start by themselves.
import type { Clock } from '../../../functions/platform/clock.ts';
import type { Kind } from '../../../functions/schema/words.ts';
import { Random } from '../base/random.ts';
import { type Activity, activity } from '../model/activity.ts';
import type { Actors } from '../model/actors.ts';
import { Arrivals } from '../model/arrivals.ts';
import { kindsOf, mainKind, type SimCluster } from '../model/cluster.ts';
import type { Delivery, JobPlan, Outcome, SimJob } from '../model/job.ts';
import { history, type Past } from './history.ts';
import { JobList } from './job-list.ts';
import type { ClusterRef, Organization } from './organization.ts';

/** Names one list of restore jobs. */
export interface JobListRef extends ClusterRef {
  kind: Kind;
}

export interface Restore extends JobListRef {
  /** @default 'automated' */
  delivery?: Delivery;
  /** How it will end. @default 'completed' */
  outcome?: Outcome;
  /** @default the cluster's own project */
  targetProjectId?: string;
  /** @default the cluster itself */
  targetClusterName?: string;
  /** From request to end, in ms. @default drawn */
  durationMs?: number;
  /** @default a recent one */
  snapshotId?: string;
  /** When that was taken, in ms since the epoch. @default after the cluster was made */
  snapshotAt?: number;
  /** The second that a point-in-time restore goes back to. @default drawn */
  pointInTimeSeconds?: number;
  /** The name of who asks for it: one of `actors`. @default drawn, and never one of the simulator's own credentials */
  actor?: string;
  /** The type of the event of its request; null: no event is written. @default as Atlas has it */
  eventType?: string | null;
}

export interface RestoresOptions {
  past: Past;
  /** Restores that people start in a minute, over the whole organization. */
  activityPerMinute: number;
  organization: Organization;
  actors: Actors;
  clock: Clock;
}

/** Of restores that people start, one in eight fails. */
const USUAL_OUTCOMES: readonly Outcome[] = [...Array<Outcome>(7).fill('completed'), 'failed'];

const SEED = 6;

export class Restores {
  readonly #past: Past;
  readonly #organization: Organization;
  readonly #actors: Actors;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #arrivals: Arrivals;
  /** By cluster id and kind. */
  readonly #lists = new Map<string, JobList>();
  #started = 0;

  constructor({ past, activityPerMinute, organization, actors, clock }: RestoresOptions) {
    this.#past = past;
    this.#organization = organization;
    this.#actors = actors;
    this.#clock = clock;
    this.#activity = activity({ seed: past.seed, perMinute: activityPerMinute, from: past.until });
    this.#arrivals = new Arrivals(past.processes);
  }

  /** As it is now. */
  list(ref: JobListRef): JobList {
    this.catchUp();
    return this.listOf(this.#organization.existingCluster(ref), ref.kind);
  }

  /** As it was when anyone last caught up; of a former cluster too. */
  listOf(cluster: SimCluster, kind: Kind): JobList {
    const key = `${cluster.id}/${kind}`;
    const known = this.#lists.get(key);
    if (known) return known;
    const list = new JobList(history(this.#past, cluster, kind));
    this.#lists.set(key, list);
    return list;
  }

  /** @throws RangeError */
  start({ kind, delivery = 'automated', outcome = 'completed', actor, pointInTimeSeconds, ...asked }: Restore): SimJob {
    const { projectId, clusterName, targetProjectId = projectId, targetClusterName = clusterName } = asked;
    const { durationMs, snapshotId, snapshotAt, eventType } = asked;
    const list = this.list({ projectId, clusterName, kind });
    const cluster = this.#organization.existingCluster(asked);
    if (!kindsOf(cluster.tier).includes(kind)) {
      throw new RangeError(`${cluster.name} is ${cluster.tier} and has no ${kind} restore jobs`);
    }
    const job = this.#arrivals.start(
      cluster,
      {
        ...{ kind, delivery, outcome, durationMs, snapshotId, snapshotAt, eventType },
        requestedAt: this.#clock.now(),
        target: { projectId: targetProjectId, clusterName: targetClusterName },
        ...(pointInTimeSeconds !== undefined && { pointInTime: { seconds: pointInTimeSeconds } }),
        requester: actor === undefined ? undefined : this.#actors.named(actor),
      },
      new Random(this.#past.seed, SEED, this.#started++),
    );
    list.add(job);
    return job;
  }

  /** Starts the restores whose moments have passed since anyone last looked. */
  catchUp() {
    for (const { at, random } of this.#activity.due(this.#clock.now())) {
      const project = random.pick(this.#past.projects);
      const clusters = this.#organization.clusters(project.id);
      const possible = clusters.filter(({ state, tier }) => state === 'IDLE' && tier !== 'free');
      if (possible.length === 0) continue;
      const cluster = random.pick(possible);
      const kind = mainKind(cluster.tier);
      const plan: JobPlan = { kind, requestedAt: at, delivery: 'automated', outcome: random.pick(USUAL_OUTCOMES) };
      this.listOf(cluster, kind).add(this.#arrivals.start(cluster, plan, random));
    }
  }
}
