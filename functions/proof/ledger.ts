// functions/proof/ledger.ts: what may be claimed of a period over everything in scope, by the record alone.
import { archiveMark, type ClusterCoverage } from '../ledger/model/coverage.ts';
import type { ProjectFacts } from '../ledger/model/known-project.ts';
import type { PlannedProject, Run } from '../ledger/model/run.ts';
import { defined } from '../platform/defined.ts';
import { type ClusterProof, isOfPeriod, proveCluster } from './cluster.ts';
import type { Claim, Gap } from './gap.ts';
import { type Asking, believed, isAhead, when } from './period.ts';
import { isInScope, isProjectOfPeriod, type ProjectProof, proveProject, scopeOf } from './project.ts';
import { missingProjects, projectsListed, type ScopeFacts } from './scope.ts';

/** How many restore jobs there are, by different counts. */
export interface Counts {
  /** Items of the table. */
  table: number;
  /** What the index of clusters shows. Absent: not counted. */
  index?: number | undefined;
  /** What the coverage says was recorded. Absent: there is no coverage. */
  recorded?: number | undefined;
  /** Whether all that is in the table, by the ids. Absent: no ids are on record. */
  isAllThere?: boolean | undefined;
}

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
  const own: NamedGap[] = [...proof.gaps, ...lists, ...differing(project), ...undetermined(project.counts)];
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
function ledgerBegan(projects: readonly ProjectFacts[], { period }: Asking): Gap[] {
  const [first] = projects.flatMap(({ known }) => known?.firstSeenAt ?? []).sort();
  if (first !== undefined && first <= period.since) return [];
  const text =
    first === undefined
      ? 'When projects were first listed is not on record.'
      : `The ledger began at ${when(first)}: projects deleted before that can’t be ruled out.`;
  return [defined({ reason: 'before-first-reading' as const, from: period.since, until: first, text })];
}

/** As many as were recorded are in the table, and it can't be told whether it's these. */
export function undetermined({ table, recorded = 0, isAllThere }: Counts = { table: 0 }): Gap[] {
  if (isAllThere !== false || table < recorded) return [];
  const text = `The table has ${table} restore jobs of the project. Whether the ${recorded} that were counted are among them can’t be told: one may be missing.`;
  const action = 'run restore-ledger collect --full, which records again what Atlas still lists';
  return [{ reason: 'record-differs', text, action }];
}

/** The table is the record: what the ledger counted elsewhere must be in it. */
export function differing(project: RecordedProject): Gap[] {
  const { counts, coverage, known } = project;
  if (!counts) return lostArchives(project);
  const { table, index, recorded } = counts;
  const has = `The table has ${table} restore jobs of the project`;
  const since = coverage === undefined ? known?.coveredSince : undefined;
  const texts = [
    recorded !== undefined &&
      table < recorded &&
      `${recorded - table} of ${recorded} restore jobs that were recorded are not in the table any more.`,
    index !== undefined && index !== table && `${has}, and its index shows ${index}.`,
    since !== undefined &&
      (table > 0
        ? `${has}, and no coverage: what was read of it is not on record.`
        : `The project was read since ${when(since)}, and the table has neither coverage nor jobs of it.`),
  ].filter((text) => text !== false);
  const action = 'run restore-ledger verify, and collect --full to record again what Atlas still lists';
  return [...lostArchives(project), ...texts.map((text): Gap => ({ reason: 'record-differs', text, action }))];
}

/** What was read of clusters that are gone is kept in items of their own. */
function lostArchives({ coverage, clusters }: RecordedProject): Gap[] {
  const { archived = [] } = coverage ?? {};
  if (archived.length === 0) return [];
  const there = new Set(clusters.map(archiveMark));
  const lost = archived.filter((mark) => !there.has(mark)).length;
  if (lost === 0) return [];
  const text = `Of ${archived.length} clusters of the project that are gone, and were archived, ${lost} are not in the table any more: whether restores of them are missing can’t be told.`;
  return [{ reason: 'record-differs', text }];
}
