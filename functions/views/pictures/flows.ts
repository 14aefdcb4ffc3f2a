// functions/views/pictures/flows.ts: from which project to which the data of restores went.
import { destinationOf, type Placed } from '../../restore/destination.ts';
import type { PicturedJob } from './jobs.ts';

type FlowingJob = Placed & Pick<PicturedJob, 'projectName'>;

/** project: its own, or another one. download: to whoever has the link. unknown: it could not be read. */
export interface FlowEnd {
  place: 'project' | 'download' | 'unknown';
  /** Of a project. */
  projectId?: string;
  /** Of a project. */
  projectName?: string;
}

export interface Flow {
  from: { projectId: string; projectName: string };
  to: FlowEnd;
  /** To another project, or out of Atlas. */
  leaves: boolean;
  restores: number;
}

/** Those that leave their project first, then the most. @param names of projects by id, where they are known */
export function flowsOf(jobs: Iterable<PicturedJob>, names: ReadonlyMap<string, string>): Flow[] {
  const tally = new FlowTally();
  for (const job of jobs) tally.add(job, names);
  return tally.flows;
}

/** Memory: that of a flow for each pair of projects. */
export class FlowTally {
  readonly #flows = new Map<string, Flow>();

  add(job: FlowingJob, names: ReadonlyMap<string, string>): void {
    const { projectId } = job;
    const to = endOf(job, names);
    const key = JSON.stringify([projectId, to.place, to.projectId]);
    const flow = this.#flows.get(key);
    if (flow) flow.restores += 1;
    else {
      const from = { projectId, projectName: names.get(projectId) ?? job.projectName ?? projectId };
      const leaves = to.place === 'download' || (to.place === 'project' && to.projectId !== projectId);
      this.#flows.set(key, { from, to, leaves, restores: 1 });
    }
  }

  get flows(): Flow[] {
    return [...this.#flows.values()].sort((a, b) => Number(b.leaves) - Number(a.leaves) || b.restores - a.restores);
  }
}

function endOf(job: FlowingJob, names: ReadonlyMap<string, string>): FlowEnd {
  const { place, projectId = job.projectId } = destinationOf(job);
  if (place === 'download' || place === 'unknown') return { place };
  const own = projectId === job.projectId ? job.projectName : undefined;
  return { place: 'project', projectId, projectName: names.get(projectId) ?? own ?? projectId };
}
