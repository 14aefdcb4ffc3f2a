// functions/collector/task/task.ts: what a collector is asked to do, as the queue carries it.
import type { ClusterFailure, RunCounts } from '../../ledger/model/run.ts';

export interface CollectTask {
  runId: string;
  projectId: string;
  projectName: string;
  orgId?: string;
  /** The credentials that see the project, by the name of their secret, the preferred first: where one may not read something, the next is asked. */
  accounts: string[];
  /** Only this cluster. */
  clusterName?: string;
  /** Read every list to its end. */
  full?: boolean;
  /** Set where an earlier message ran out of time: what is done already. */
  progress?: TaskProgress;
  /** Set where this is no part of a run, but a look at jobs known to be open: the moment it was due. */
  followAt?: string;
}

export interface TaskProgress {
  /** When the first message began; lists attempted since are done. */
  startedAt: string;
  /** How many messages it has taken so far. */
  messages: number;
  counts: RunCounts;
  failures: ClusterFailure[];
}
