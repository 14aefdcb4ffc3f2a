// bin/commands/evidence/report.ts is the vocabulary of the evidence report. It is also what the report is as JSON.
import type { ClusterCoverage } from '../../../functions/ledger/coverage.ts';
import type { DrillState } from '../../../functions/ledger/drill-state.ts';
import type { LedgerJob } from '../../../functions/ledger/ledger.ts';
import type { Verification } from '../../../functions/ledger/verify.ts';
import type { RestoredCollections } from '../../../functions/restore/collections.ts';
import type { Finding, Rule, Severity } from '../../../functions/restore/finding.ts';
import type { Kind, Status } from '../../../functions/restore/job.ts';
import type { Actor, Grade } from '../../../functions/restore/requester.ts';
import type { Integrity } from '../verifying.ts';

/** Grows when a field changes its meaning or goes; a new field does not raise it. */
export const SCHEMA_VERSION = 1;

/** Times are ISO 8601 in UTC. Restores count by when they were requested: at or after `since`, before `until`. */
export interface Period {
  since: string;
  until: string;
  /** False: it reaches to the making of the report, or beyond, so nothing can be read after its end yet. */
  ended: boolean;
}

/** Restores that can't be ruled out. */
export interface Gap {
  /**
   * never-read: not once. failing: every attempt since has failed. not-read: nobody tried, or a long time ago. gone: between the
   * last read and when the cluster, or its list, was no longer there. not-understood: listed by Atlas, but in a shape this
   * version doesn't know. clusters: a list of clusters could not be read. projects: the list of projects.
   */
  reason: 'never-read' | 'failing' | 'not-read' | 'gone' | 'not-understood' | 'clusters' | 'projects';
  /** Requested at or after. Absent: since ever. */
  from?: string;
  /** Requested before. Absent: still. */
  until?: string;
  /** One sentence. */
  text: string;
}

/** covered: for the whole period. current: for all of it so far, up to a recent read. none: there is nothing to read. */
export type ProofState = 'covered' | 'current' | 'gap' | 'none';

/** What shows that a list of restore jobs is in the ledger as a whole. */
export interface ListProof {
  kind: Kind;
  state: ProofState;
  /** Start of the last read of everything that could have changed. */
  readAt?: string;
  /** Start of the last read to the end of the list. */
  fullReadAt?: string;
  /** Atlas's code, where it says that there is no such list. */
  answer?: string;
  gaps: Gap[];
}

export interface ClusterProof {
  state: ProofState;
  /** Every restore requested before is in the ledger: of several lists, the one read the longest ago. */
  coveredTo?: string;
  lists: ListProof[];
  gaps: Gap[];
}

/** The list of a project's clusters. */
export interface DiscoveryProof {
  list: string;
  state: ProofState;
  readAt?: string;
  gaps: Gap[];
}

/** Whether a cluster was restored as often as the rules, as they are now, expect it. */
export interface DrillProof {
  /** At the end of the period, or now where it has not ended. */
  state: DrillState['state'];
  /** Within so many a restore is expected. */
  days?: number;
  dueAt?: string;
  /** The restore that was completed last until then. */
  lastCompletedAt?: string;
  /** How long it took: the measured recovery time. */
  durationSeconds?: number;
  /** How old its snapshot was when it was asked for. */
  snapshotAgeSeconds?: number;
  /** Parts of the period in which no restore had been completed within the days before. */
  missed: { from: string; until: string }[];
}

type Shown =
  | 'jobId'
  | 'kind'
  | 'delivery'
  | 'status'
  | 'requestedAt'
  | 'finishedAt'
  | 'durationSeconds'
  | 'expiresAt'
  | 'snapshotId'
  | 'snapshotAt'
  | 'pointInTime'
  | 'targetProjectId'
  | 'targetClusterName'
  | 'errorMessage'
  | 'vanishedAt'
  | 'requester'
  | 'revision';

export interface RestoreEvidence extends Pick<LedgerJob, Shown> {
  /** Of a project that the ledger has. */
  targetProjectName?: string;
  /** Of a restore of collections: which, under which names, and over what. */
  collections?: RestoredCollections;
  findings: Finding[];
}

export interface ClusterEvidence {
  clusterName: string;
  clusterId?: string;
  /** Absent: no coverage is kept of it. */
  tier?: ClusterCoverage['tier'];
  firstSeenAt?: string;
  goneAt?: string;
  /** Atlas lists it as deleted, with backups that it keeps. */
  deleted?: true;
  proof: ClusterProof;
  drill: DrillProof;
  /** Oldest first. */
  restores: RestoreEvidence[];
}

export interface ProjectEvidence {
  projectId: string;
  projectName: string;
  /** When the first of its clusters was first seen. */
  knownSince?: string;
  clusterLists: DiscoveryProof[];
  /** Clusters that were gone before the period, or made after it, are left out. */
  clusters: ClusterEvidence[];
}

export interface RequesterCount extends Pick<Actor, 'kind' | 'id' | 'name'> {
  restores: number;
  grades: Record<Grade, number>;
}

export interface Numbers {
  projects: number;
  clusters: number;
  clustersWithRestores: number;
  /** By the state of their proof. */
  proofs: Record<ProofState, number>;
  restores: number;
  outcomes: Record<Status, number>;
  findings: number;
  severities: Record<Severity, number>;
  /** Those that were found at all. */
  rules: Partial<Record<Rule, Record<Severity, number>>>;
  /** Most restores first. */
  requesters: RequesterCount[];
  /** Restores of which nobody is named, by the reason; `not-looked` where nobody has looked. */
  unnamed: Record<string, number>;
  /** Of completed restores into a cluster, in seconds. */
  recovery?: { median: number; longest: number };
  drills: Record<DrillState['state'], number>;
  /** Clusters for which the period has parts without a restore. */
  drillsMissed: number;
}

/** A gap, and what it is a gap of: a cluster, a project, or all. */
export interface NamedGap extends Gap {
  projectId?: string;
  projectName?: string;
  clusterName?: string;
}

export interface IntegrityEvidence extends Integrity {
  projectsBroken: Verification[];
}

export interface Evidence {
  schemaVersion: typeof SCHEMA_VERSION;
  report: 'restore-evidence';
  madeAt: string;
  madeBy: { program: 'restore-ledger'; version: string };
  /** The table, or the directory. */
  ledger: string;
  period: Period;
  verdict: {
    /** No gap. */
    complete: boolean;
    text: string;
  };
  numbers: Numbers;
  gaps: NamedGap[];
  /** When the list of projects was last read as a whole. */
  projectsReadAt?: string;
  /** Absent: it was not asked for. */
  integrity?: IntegrityEvidence;
  /** What the report can't show, a sentence each. */
  limits: string[];
  projects: ProjectEvidence[];
}
