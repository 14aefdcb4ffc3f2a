// local/atlas/model/arrivals.ts makes the jobs that start while the world runs. Where several start in a project at nearly the
// same time, as tests and people make them, their ids come from one process as often as recorded.

import { counterOf, objectId, processOf } from '../base/object-id.ts';
import { Random } from '../base/random.ts';
import { SECOND } from '../base/time.ts';
import { type Identity, nextIdentity } from './api-process.ts';
import type { SimCluster } from './cluster.ts';
import { type JobPlan, makeJob, type SimJob } from './job.ts';

/** Restores of a project keep each other company for so long after the first. */
const COMPANY_MS = 2 * SECOND;
/** So many of them are remembered. */
const MAX_REMEMBERED = 50;

const SEED = 16;

export class Arrivals {
  readonly #processes: readonly string[];
  /** The newest company, by project id. */
  readonly #company = new Map<string, { since: number; identities: Identity[] }>();

  constructor(processes: readonly string[]) {
    this.#processes = processes;
  }

  /** @throws RangeError as `makeJob` */
  start(cluster: SimCluster, plan: JobPlan, random: Random): SimJob {
    const lone = makeJob(cluster, plan, random, this.#processes);
    const identities = this.#companyAt(cluster.projectId, plan.requestedAt);
    const fresh = { process: processOf(lone.id), counter: counterOf(lone.id) };
    const identity = nextIdentity(identities, fresh, new Random(lone.traits, SEED));
    identities.push(identity);
    if (identities.length > MAX_REMEMBERED) identities.shift();
    return { ...lone, id: objectId(plan.requestedAt, identity.process, identity.counter), ahead: identity.ahead };
  }

  #companyAt(projectId: string, now: number): Identity[] {
    const known = this.#company.get(projectId);
    if (known && now - known.since <= COMPANY_MS) return known.identities;
    const identities: Identity[] = [];
    this.#company.set(projectId, { since: now, identities });
    return identities;
  }
}
