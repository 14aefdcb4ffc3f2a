// local/atlas/model/arrivals.ts: jobs that start while the world runs. Those of one project at nearly the same time share a
// process as often as recorded.
import { counterOf, objectId, processOf } from '../base/object-id.ts';
import { Random } from '../base/random.ts';
import { SECOND } from '../base/time.ts';
import { type Identity, nextIdentity } from './api-process.ts';
import type { SimCluster } from './cluster.ts';
import { type JobPlan, makeJob, type SimJob } from './job.ts';

/** How long a burst of a project lasts. */
const BURST_MS = 2 * SECOND;
/** Requests of a burst that are remembered. */
const MAX_REMEMBERED = 50;

const SEED = 16;

export class Arrivals {
  readonly #processes: readonly string[];
  /** The newest, by project id. */
  readonly #bursts = new Map<string, { since: number; identities: Identity[] }>();

  constructor(processes: readonly string[]) {
    this.#processes = processes;
  }

  /** @throws RangeError as `makeJob` */
  start(cluster: SimCluster, plan: JobPlan, random: Random): SimJob {
    const lone = makeJob(cluster, plan, random, this.#processes);
    const identities = this.#burstAt(cluster.projectId, plan.requestedAt);
    const fresh = { process: processOf(lone.id), counter: counterOf(lone.id) };
    const identity = nextIdentity(identities, fresh, new Random(lone.traits, SEED));
    identities.push(identity);
    if (identities.length > MAX_REMEMBERED) identities.shift();
    return { ...lone, id: objectId(plan.requestedAt, identity.process, identity.counter), ahead: identity.ahead };
  }

  #burstAt(projectId: string, now: number): Identity[] {
    const known = this.#bursts.get(projectId);
    if (known && now - known.since <= BURST_MS) return known.identities;
    const identities: Identity[] = [];
    this.#bursts.set(projectId, { since: now, identities });
    return identities;
  }
}
