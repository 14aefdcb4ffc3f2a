// functions/collect/order.ts is what a collector is asked to do: the message that travels through the queue.
import type { ClusterFailure, RunCounts } from '../ledger/run.ts';

export interface CollectOrder {
  runId: string;
  projectId: string;
  projectName: string;
  orgId?: string;
  /** Which credentials see the project; the name of their secret. Absent where there is only one. */
  account?: string;
  /** Names of all credentials that see it, the preferred first. */
  accounts?: string[];
  /** Only this cluster. */
  clusterName?: string;
  /** Read every list to its end. */
  full?: boolean;
  /** Set where an earlier message ran out of time: what is done already. */
  progress?: OrderProgress;
  /** Set where this is no part of a run, but a look at jobs known to be open: the moment it was due. */
  followAt?: string;
}

export interface OrderProgress {
  /** When the first message began; lists attempted since are done. */
  startedAt: string;
  /** How many messages it has taken so far. */
  messages: number;
  counts: RunCounts;
  failures: ClusterFailure[];
}
