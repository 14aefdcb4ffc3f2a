// functions/report/model/report.ts: the evidence report, as it is in JSON.
import type { ClusterCoverage } from '../../ledger/model/coverage.ts';
import type { LedgerJob } from '../../ledger/model/ledger.ts';
import type { ClusterProof } from '../../proof/cluster.ts';
import type { DrillState } from '../../proof/drill-state.ts';
import type { Evidence as ClusterGrade } from '../../proof/evidence-grade.ts';
import type { NamedGap } from '../../proof/ledger.ts';
import type { ProofState } from '../../proof/list.ts';
import type { Period as AskedPeriod } from '../../proof/period.ts';
import type { DiscoveryProof } from '../../proof/project.ts';
import type { Verification } from '../../proof/verify/verify.ts';
import type { Integrity } from '../../proof/verify/verify-all.ts';
import type { RestoredCollections } from '../../restore/collections.ts';
import type { DrillNeeds } from '../../restore/drills/judged.ts';
import type { Measures } from '../../restore/objectives/measure.ts';
import type { Side } from '../../restore/objectives/objective.ts';
import type { Recovered } from '../../restore/objectives/recovery.ts';
import type { Actor } from '../../restore/requesters/requester.ts';
import type { Finding } from '../../restore/rules/finding.ts';
import type { ClaimState, Grade, Rule, Severity, Status } from '../../schema/words.ts';
import type { CoverageCell } from '../../views/pictures/coverage-cells.ts';
import type { DrillMonth } from '../../views/pictures/drill-months.ts';
import type { FrameworkView } from './framework.ts';
import type { RecoveryEvidence } from './recovery.ts';

/** Grows when a field changes its meaning or goes; a new field does not raise it. */
export const SCHEMA_VERSION = 2;

/** The order of names as people sort them: shard-2 before shard-10. */
export const { compare: byName } = new Intl.Collator('en', { numeric: true });

/** Times are ISO 8601 in UTC. */
export interface Period extends AskedPeriod {
  /** False: it reaches to the making of the report, or beyond, so nothing can be read after its end yet. */
  ended: boolean;
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
  /** What a restore has to show to count. Absent: that it was completed. */
  needs?: DrillNeeds;
  /** With `needs`: when the last restore finished, until then, that shows it, by what is known now. */
  provenAt?: string;
  /** How long it took: the measured recovery time. */
  durationSeconds?: number;
  /** How old its snapshot was when the restore was requested. */
  snapshotAgeSeconds?: number;
  /** Parts of the period in which no restore that counts had been completed within the days before. */
  missed: { from: string; until: string }[];
  /** Parts in which none is known, and one that is not known may have counted. Absent: there is none. */
  notKnown?: { from: string; until: string }[];
}

/** What the report has of a job, where the job has it. */
export const OPTIONAL_FIELDS = [
  ...(['finishedAt', 'durationSeconds', 'expiresAt', 'snapshotId', 'snapshotAt', 'pointInTime'] as const),
  ...(['targetProjectId', 'targetClusterName', 'errorMessage', 'problems', 'vanishedAt', 'requester'] as const),
  ...(['accountId', 'organizationId'] as const),
  ...(['announcement', 'validation', 'annotation'] as const),
] as const;

type Field = 'jobId' | 'kind' | 'delivery' | 'status' | 'requestedAt' | 'revision' | (typeof OPTIONAL_FIELDS)[number];

export interface RestoreEvidence extends Pick<LedgerJob, Field>, Measures {
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
  /** At the end of the period, or now where it has not ended, by what is known now. Absent where there are no backups. */
  evidence?: ClusterGrade;
  recovery: RecoveryEvidence;
  /** What may be claimed of the restores of each day of the period, days alike together; of weeks or months where it is long. */
  coverage?: CoverageSpan[];
  /** In which months of the period, the last 24 at most, its backup was restored. */
  drillMonths?: DrillMonth[];
  restores: RestoreEvidence[];
}

/** `why`: the first of the gaps. */
export type CoverageSpan = CoverageCell;

export interface ProjectEvidence {
  projectId: string;
  projectName: string;
  /** When a run first listed it. */
  knownSince?: string;
  /** Since when no credentials see it. */
  notVisibleSince?: string;
  /** In a hub: whose it is. */
  accountId?: string;
  organizationId?: string;
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
  proofs: Record<ProofState, number>;
  restores: number;
  outcomes: Record<Status, number>;
  findings: number;
  severities: Record<Severity, number>;
  rules: Partial<Record<Rule, Record<Severity, number>>>;
  requesters: RequesterCount[];
  /** Restores without a known requester, by the reason; `not-looked` where events were not read for it yet. */
  unnamed: Record<string, number>;
  /** Of completed restores into a cluster, in seconds. */
  recovery?: { median?: number; longest: number };
  drills: Record<DrillState['state'], number>;
  /** Clusters for which the period has parts without a restore. */
  drillsMissed: number;
  /** Clusters of which no part was missed, as far as is known, and of some part it is not known. */
  drillsNotKnown: number;
  /** Clusters that have objectives, and their restores by whether these met them. */
  objectives: { clusters: number } & Record<Side, Pick<Recovered, 'met' | 'missed' | 'notKnown'>>;
}

export interface IntegrityEvidence extends Integrity {
  projectsBroken: Verification[];
}

/** The report, but for its projects. */
export interface EvidenceHead {
  schemaVersion: typeof SCHEMA_VERSION;
  report: 'restore-evidence';
  madeAt: string;
  madeBy: { program: 'restore-ledger'; version: string };
  /** The table, or the directory. */
  ledger: string;
  period: Period;
  /** What was chosen of the ledger: nothing is said of the rest. Absent: all of it. */
  only?: { projects: { projectId: string; projectName: string }[]; clusterName?: string };
  /** Where a time zone was chosen: these times in it, with their offset. All others are in UTC. */
  zoned?: { timeZone: string; madeAt: string; since: string; until: string };
  verdict: {
    /** Whether every restore of the period is on record: only `complete` says yes. */
    state: ClaimState;
    /** `state` is `complete`. */
    complete: boolean;
    text: string;
  };
  /** The recovery objectives that the report was made with, as written, in order. */
  objectives: readonly string[];
  numbers: Numbers;
  gaps: NamedGap[];
  /** By the controls of frameworks, where some were asked for. */
  frameworks?: FrameworkView[];
  /** Every restore that was requested before is on record, of what is in scope: every list was read to its end then. */
  provenThrough?: string;
  /** When the list of projects was last read as a whole. */
  projectsReadAt?: string;
  /** Absent without --verify. */
  integrity?: IntegrityEvidence;
  /** What the report can't show, a sentence each. */
  limits: string[];
}

export interface Evidence extends EvidenceHead {
  projects: ProjectEvidence[];
}

/** A project, but for its clusters. */
export type ProjectHead = Omit<ProjectEvidence, 'clusters'>;

/** Takes the projects of a report as they are read, so that none has to be kept in memory. */
export interface EvidenceBody {
  /** @param restores of all of its clusters, which come next */
  project(project: ProjectHead, restores: number): Promise<void>;
  /** Of the last project. */
  cluster(cluster: ClusterEvidence): Promise<void>;
}

/** A report in some format. */
export interface Report extends EvidenceBody, AsyncDisposable {
  /** Once all projects have come. */
  parts(head: EvidenceHead): AsyncIterable<string>;
}
