// bin/actions/reevaluate.ts: evaluation of recorded jobs against the rules anew, project by project.

import { countCoverage } from '../../functions/collector/evaluate/count-coverage.ts';
import { letGoBy } from '../../functions/ledger/let-go/let-go.ts';
import type { ClusterCoverage, ProjectCoverage } from '../../functions/ledger/model/coverage.ts';
import type { JobSummary, Ledger, LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { defined } from '../../functions/platform/defined.ts';
import { forEachConcurrent } from '../../functions/platform/for-each-concurrent.ts';
import { compileRules } from '../../functions/restore/rules/compile-rules.ts';
import { evaluate, mergeFindings } from '../../functions/restore/rules/evaluate.ts';
import type { Finding } from '../../functions/restore/rules/finding.ts';
import type { Rules } from '../../functions/restore/rules/rules.ts';
import type { Tag } from '../../functions/restore/tags/tag.ts';
import type { Kind, Rule } from '../../functions/schema/words.ts';
import type { Progress } from '../process/progress.ts';
import { sanitize } from '../process/sanitize.ts';

export interface Reevaluating {
  rules: Rules;
  /** @default every project that has a coverage */
  projectIds?: readonly string[] | undefined;
  period: { since?: string; until?: string };
  /** Public key or client id that the collector reads with. Absent: no finding of `own-credential` is added. */
  principal?: string | undefined;
  dryRun: boolean;
  /** An id of its own, as no run of the collector made the changes. */
  runId: string;
  at: string;
  progress: Progress;
  signal: AbortSignal;
}

/** Counts along, for a pass that is stopped half-way. */
export interface Reevaluation {
  projects: number;
  jobs: number;
  changed: number;
  findings: Partial<Record<Rule, { added: number; removed: number }>>;
}

const BATCH = 100;
const PARALLEL_WRITES = 8;

/** @throws LedgerError, the signal's reason */
export async function reevaluateAll(ledger: Ledger, options: Reevaluating, result: Reevaluation): Promise<void> {
  const names = new CoveredNames(ledger);
  try {
    await reevaluateEach(ledger, names, options, result);
  } finally {
    if (!options.dryRun) await ledger.markDaysAgain();
  }
  if (options.dryRun) return;
  const isOutOfTime = () => options.signal.aborted;
  await ledger.countDays(isOutOfTime, options.projectIds === undefined);
  if (!isOutOfTime()) await countCoverage(ledger, { now: Date.now });
}

async function reevaluateEach(ledger: Ledger, names: CoveredNames, options: Reevaluating, result: Reevaluation) {
  const { at, principal, projectIds } = options;
  const context = { at, principal, rules: compileRules(options.rules), projectNameOf: names.nameOf };
  for await (const coverage of projectIds ? coveragesOf(ledger, projectIds) : ledger.coverages()) {
    names.add(coverage);
    result.projects += 1;
    const { durations, tagsOf } = await backgroundOf(ledger, coverage);
    const findingsOf = (job: JobSummary) => [
      ...mergeFindings(job.findings, evaluate(job, { ...context, tagsOf, pastDurations: durations(job) }), {
        rulesChanged: true,
      }),
    ];
    await reevaluateProject(ledger, coverage, { findingsOf, names }, options, result);
  }
}

async function* coveragesOf(ledger: Ledger, projectIds: readonly string[]): AsyncGenerator<ProjectCoverage> {
  for (const projectId of projectIds) {
    const coverage = await ledger.coverage(projectId);
    if (coverage) yield coverage;
  }
}

/** Names of projects that have a coverage: of those that restores go to, each read once. */
class CoveredNames {
  readonly #ledger: Ledger;
  readonly #names = new Map<string, string | undefined>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  add({ projectId, projectName }: ProjectCoverage) {
    this.#names.set(projectId, projectName);
  }

  async learn(projectId: string | undefined): Promise<void> {
    if (projectId === undefined || this.#names.has(projectId)) return;
    this.#names.set(projectId, (await this.#ledger.coverage(projectId))?.projectName);
  }

  /** Nothing is to be found out. */
  knows = (projectId: string | undefined): boolean => projectId === undefined || this.#names.has(projectId);

  nameOf = (projectId: string): string | undefined => this.#names.get(projectId);
}

interface Evaluating {
  findingsOf(job: JobSummary): Finding[];
  /** Of the projects that evaluated jobs go to. */
  names: CoveredNames;
}

type ClusterOfJob = Pick<JobSummary, 'clusterName' | 'clusterId'>;

interface Background {
  durations(job: ClusterOfJob & Pick<JobSummary, 'kind'>): readonly number[];
  tagsOf(job: Pick<JobSummary, 'clusterName'>): readonly Tag[] | undefined;
}

/** Of clusters that are gone too. A cluster's id tells it from others that had its name. */
async function backgroundOf(ledger: Ledger, { projectId, clusters }: ProjectCoverage): Promise<Background> {
  const byCluster = new Map<string, Pick<ClusterCoverage, 'tags'> & { durations: PastDurations }>();
  const add = ({ clusterName, clusterId, tags, lists }: ClusterCoverage) => {
    const past = Object.entries(lists).map(([kind, list]) => [kind, list.durations ?? []]);
    const background = { durations: Object.fromEntries(past), ...defined({ tags }) };
    byCluster.set(clusterId ?? clusterName, background);
    if (!byCluster.has(clusterName)) byCluster.set(clusterName, background);
  };
  for (const cluster of Object.values(clusters)) add(cluster);
  for await (const cluster of ledger.archivedClusters(projectId)) add(cluster);
  return {
    durations: ({ clusterName, clusterId, kind }) =>
      (byCluster.get(clusterId ?? clusterName) ?? byCluster.get(clusterName))?.durations[kind] ?? [],
    tagsOf: ({ clusterName }) => byCluster.get(clusterName)?.tags,
  };
}

type PastDurations = Partial<Record<Kind, readonly number[]>>;

async function reevaluateProject(
  ledger: Ledger,
  { projectId, projectName, letGo }: ProjectCoverage,
  { findingsOf, names }: Evaluating,
  { period, dryRun, runId, at, progress, signal }: Reevaluating,
  result: Reevaluation,
): Promise<void> {
  const isLetGo = letGoBy(letGo);
  const writeOne = async (job: LedgerJob) => {
    if (!dryRun) {
      // Where another writer was first, and the job goes elsewhere now, it was evaluated by that one.
      const annotate = (stored: JobSummary) =>
        names.knows(stored.targetProjectId) ? { findings: findingsOf(stored) } : {};
      const recorded = await ledger.annotate(projectId, job.jobId, { runId, observedAt: at, isLetGo }, annotate);
      if (recorded.outcome !== 'changed' || !recorded.change) return;
    }
    count(result, job.findings, findingsOf(job));
  };
  let batch: LedgerJob[] = [];
  for await (const job of ledger.projectJobs(projectId, period)) {
    signal.throwIfAborted();
    result.jobs += 1;
    if (result.jobs % 50 === 0) progress.show(sanitize(`${result.jobs} jobs, now of ${projectName}`));
    await names.learn(job.targetProjectId);
    if (isSame(job.findings, findingsOf(job))) continue;
    batch.push(job);
    if (batch.length < BATCH) continue;
    await forEachConcurrent(batch, PARALLEL_WRITES, writeOne);
    batch = [];
  }
  await forEachConcurrent(batch, PARALLEL_WRITES, writeOne);
}

function count(result: Reevaluation, before: readonly Finding[] = [], after: readonly Finding[]) {
  result.changed += 1;
  const of = (rule: Rule) => {
    result.findings[rule] ??= { added: 0, removed: 0 };
    return result.findings[rule];
  };
  for (const { rule } of missingIn(before, after)) of(rule).added += 1;
  for (const { rule } of missingIn(after, before)) of(rule).removed += 1;
}

/** One whose severity changed is another one. */
const missingIn = (some: readonly Finding[], others: readonly Finding[]) =>
  others.filter(({ rule, severity }) => !some.some((one) => one.rule === rule && one.severity === severity));

const isSame = (before: readonly Finding[] = [], after: readonly Finding[]) =>
  missingIn(before, after).length + missingIn(after, before).length === 0;
