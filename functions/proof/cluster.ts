// functions/proof/cluster.ts: what may be claimed of a cluster: of all lists that its restores can be in.

import { type ClusterCoverage, LISTS_OF } from '../ledger/model/coverage.ts';
import { defined } from '../platform/defined.ts';
import { isObjectId, requestedAt } from '../restore/object-id.ts';
import { KINDS, type Kind } from '../schema/words.ts';
import type { Gap } from './gap.ts';
import { type ListProof, PROOF_STATES, type ProjectScope, type ProofState, proveList } from './list.ts';
import type { Asking, Period } from './period.ts';

export interface ClusterProof {
  state: ProofState;
  /** Every restore requested before is in the ledger: of several lists, the one read to its end the longest ago. */
  coveredTo?: string;
  lists: ListProof[];
  gaps: Gap[];
}

/** Whether there can be restores of it in the period at all. */
export function isOfPeriod({ clusterId, goneAt }: ClusterCoverage, { since, until }: Period): boolean {
  if (goneAt !== undefined && goneAt <= since) return false;
  // An id is made with its cluster.
  return !isObjectId(clusterId) || requestedAt(clusterId) < until;
}

export function proveCluster(cluster: ClusterCoverage, project: ProjectScope, asking: Asking): ClusterProof {
  const context = { ...asking, cluster, project };
  const expected = new Set<Kind>(LISTS_OF[cluster.tier]);
  const lists = KINDS.flatMap((kind): ListProof[] => {
    const list = cluster.lists[kind];
    if (list) return [proveList(kind, list, context)];
    return expected.has(kind) ? [unread(kind, cluster)] : [];
  });
  const read = lists.filter(({ state }) => state !== 'none').map(({ fullReadAt = '' }) => fullReadAt);
  const state = worstOf(lists.map((list) => list.state));
  const gaps = lists.flatMap((list) => list.gaps);
  return defined({ state, coveredTo: read.sort()[0] || undefined, lists, gaps });
}

function unread(kind: Kind, { goneAt }: ClusterCoverage): ListProof {
  const text = `The list of ${kind} restores was never read: none can be ruled out.`;
  const action = goneAt === undefined ? 'run restore-ledger collect' : undefined;
  return { kind, state: 'gap', gaps: [defined({ reason: 'never-read' as const, text, action })] };
}

/** None where there are none. */
export const worstOf = (states: readonly ProofState[]): ProofState =>
  PROOF_STATES.find((state) => states.includes(state)) ?? 'none';
