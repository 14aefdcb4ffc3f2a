// test/report/whole.ts: a report whose projects are kept.

import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { type GatherOptions, gather } from '../../functions/report/gather/gather.ts';
import type { Evidence, EvidenceBody, ProjectEvidence } from '../../functions/report/model/report.ts';

/** As JSON has it. */
export async function wholeEvidence(ledger: Ledger, options: GatherOptions): Promise<Evidence> {
  const { projects, body } = keptProjects();
  return { ...(await gather(ledger, options, body)), projects };
}

export function keptProjects() {
  const projects: ProjectEvidence[] = [];
  const body: EvidenceBody = {
    project: async (project) => void projects.push({ ...project, clusters: [] }),
    cluster: async (cluster) => void projects.at(-1)?.clusters.push(cluster),
  };
  return { projects, body };
}
