// functions/report/gather/proven-through.ts: the moment before which every restore is on record, of all that was in scope then.
import type { ClusterEvidence, ProjectHead } from '../model/report.ts';

export class ProvenThrough {
  #first: string | undefined;
  #isKnown = true;

  addProject = ({ clusterLists }: ProjectHead) => {
    for (const { readAt } of clusterLists) this.#add(readAt);
  };

  addCluster = ({ proof }: ClusterEvidence) => {
    if (proof.state !== 'none') this.#add(proof.coveredTo);
  };

  /** Undefined where some list was never read to its end. @param listedAt when projects were last listed */
  from(listedAt: string | undefined): string | undefined {
    if (listedAt === undefined || this.#first === undefined || !this.#isKnown) return undefined;
    return this.#first < listedAt ? this.#first : listedAt;
  }

  #add(at: string | undefined) {
    if (at === undefined) this.#isKnown = false;
    else if (this.#first === undefined || at < this.#first) this.#first = at;
  }
}
