// functions/proof/ledger.ts: what may be claimed of a period over everything in scope, by the record alone.
import type { ClusterCoverage } from '../ledger/model/coverage.ts';
import type { ProjectFacts } from '../ledger/model/known-project.ts';
import type { PlannedProject, Run } from '../ledger/model/run.ts';
import { defined } from '../platform/defined.ts';
import { type ClusterProof, isOfPeriod, proveCluster } from './cluster.ts';
import { type Counts, differing, undetermined } from './counts.ts';
import { lostArchivesOf } from './expected.ts';
import type { Claim, Gap } from './gap.ts';
import { spokesHeard } from './hub.ts';
import { type Asking, believed, isAhead, when } from './period.ts';
import { isInScope, isProjectOfPeriod, type ProjectProof, proveProject, scopeOf } from './project.ts';
import { missingProjects, projectsListed, type ScopeFacts } from './scope.ts';

export interface RecordedProject extends ProjectFacts {
  /** Those that are gone for long too. */
  clusters: readonly ClusterCoverage[];
  /** Absent: not counted. */
  counts?: Counts | undefined;
}

export interface LedgerFacts extends ScopeFacts {
  /** The newest run over everything, and the newest that has ended. */
  lastRun?: Run | undefined;
  lastEndedRun?: Run | undefined;
  /** What that was to read. */
  planned?: readonly PlannedProject[] | undefined;
}

/** A gap, and what it is a gap of: a cluster, a project, or all. */
export interface NamedGap extends Gap {
  projectId?: string;
  projectName?: string;
  clusterName?: string;
}

/** The claim, without the gaps of projects and clusters, which come with their own proofs. */
export function proveLedger(facts: LedgerFacts, asking: Asking): NamedGap[] {
  const { scope, projects } = facts;
  return [
    ...future(asking),
    ...projectsListed(scope, asking),
    ...runEnded(facts, asking),
    ...spokesHeard(scope?.spokes, asking),
    ...ledgerBegan(projects, asking),
    ...missingProjects(facts),
  ];
}

/**
 * Complete takes every fact. A ledger that knows of no cluster in the period knows nothing of it, whatever was read.
 * @param clusters in the period, over all projects
 */
export function claimOf(gaps: readonly NamedGap[], clusters: number): Claim {
  const state = clusters === 0 ? 'not known' : gaps.length === 0 ? 'complete' : 'incomplete';
  return { state, gaps: [...gaps] };
}

export interface ProvenProject {
  proof: ProjectProof;
  clusters: { cluster: ClusterCoverage; proof: ClusterProof }[];
  gaps: NamedGap[];
}

/** Nothing where no restore of it can be of the period. */
export function proveRecordedProject(project: RecordedProject, asking: Asking): ProvenProject | undefined {
  if (!isProjectOfPeriod(project, asking) || !isInScope(project.known, asking)) return undefined;
  const { projectId, projectName } = project;
  const proof = proveProject(project, asking);
  const scope = scopeOf(project.known);
  const clusters = project.clusters
    .filter((cluster) => isOfPeriod(cluster, asking.period))
    .map((cluster) => ({ cluster, proof: proveCluster(cluster, scope, asking) }));
  const lists = proof.clusterLists.flatMap((list) => list.gaps);
  const { counts, coverage } = project;
  const record = [
    ...lostArchivesOf(coverage, project.clusters),
    ...(counts ? differing(counts, project) : []),
    ...undetermined(counts),
  ];
  const own: NamedGap[] = [...proof.gaps, ...lists, ...record];
  const ofClusters = clusters.flatMap(({ cluster: { clusterName }, proof: { gaps } }) =>
    gaps.map((gap) => ({ clusterName, ...gap })),
  );
  return { proof, clusters, gaps: [...own, ...ofClusters].map((gap) => ({ projectId, projectName, ...gap })) };
}

function future({ period, now }: Asking): Gap[] {
  if (!isAhead(period.until, now)) return [];
  const from = period.since > now ? period.since : now;
  return [{ reason: 'future', from, text: `The period ends at ${when(period.until)}, which has not come.` }];
}

function runEnded({ scope, lastRun, lastEndedRun }: LedgerFacts, { period, now }: Asking): Gap[] {
  const action = 'let the run end, or run restore-ledger collect';
  const endedAt = believed(lastEndedRun?.startedAt, now);
  if (endedAt !== undefined && endedAt >= period.until) return [];
  if (lastRun?.status === 'running' && lastRun.startedAt >= period.until) {
    const { runId, startedAt } = lastRun;
    const text = `Run ${runId}, which began at ${when(startedAt)}, has not ended: what it had to read may not have been read.`;
    return [{ reason: 'run-not-ended', since: startedAt, text, action }];
  }
  // That no projects were listed since has its own gap, which says more.
  const listedAt = believed(scope?.listedAt, now);
  if (endedAt !== undefined && (listedAt === undefined || listedAt < period.until)) return [];
  const text =
    endedAt === undefined
      ? 'No run over everything that has ended is on record.'
      : `The last run over everything that has ended began at ${when(endedAt)}, before the end of the period.`;
  return [defined({ reason: 'run-not-ended' as const, from: endedAt, text, action })];
}

/** Projects that were deleted before the ledger first listed any can't be ruled out. */
function ledgerBegan(projects: ScopeFacts['projects'], { period }: Asking): Gap[] {
  const [first] = projects.flatMap(({ known }) => known?.firstSeenAt ?? []).sort();
  if (first !== undefined && first <= period.since) return [];
  const text =
    first === undefined
      ? 'When projects were first listed is not on record.'
      : `The ledger began at ${when(first)}: projects deleted before that can’t be ruled out.`;
  return [defined({ reason: 'before-first-reading' as const, from: period.since, until: first, text })];
}
