// functions/collector/task/task.ts is what a collector is asked to do: the message that travels through the queue.
import type { ClusterFailure, RunCounts } from '../../ledger/model/run.ts';

export interface CollectTask {
  runId: string;
  projectId: string;
  projectName: string;
  orgId?: string;
  /** Which credentials see the project; the name of their secret. Absent where there is only one, or where `accounts` says it. */
  account?: string;
  /** Every set of credentials that sees the project, the preferred one first: where one may not read something, the next is asked. */
  accounts?: string[];
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

/** The names of a task's credentials, the preferred first. Tasks of an earlier version name one, or none. */
export const accountsOf = ({ accounts, account }: CollectTask): readonly string[] =>
  accounts && accounts.length > 0 ? accounts : account === undefined ? [] : [account];
