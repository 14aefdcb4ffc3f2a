// bin/actions/reevaluate.ts holds recorded jobs against the rules afresh, project by project, and counts what changes.

import type { ClusterCoverage, ProjectCoverage } from '../../functions/ledger/model/coverage.ts';
import type { JobSummary, Ledger, LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { forEachConcurrent } from '../../functions/platform/for-each-concurrent.ts';
import { type CompiledRules, compileRules } from '../../functions/restore/rules/compile-rules.ts';
import { evaluate, mergeFindings } from '../../functions/restore/rules/evaluate.ts';
import type { Finding } from '../../functions/restore/rules/finding.ts';
import type { Rules } from '../../functions/restore/rules/rules.ts';
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
  /** Jobs whose findings changed. */
  changed: number;
  findings: Partial<Record<Rule, { added: number; removed: number }>>;
}

/** Jobs judged before their changes are written. */
const BATCH = 100;
const PARALLEL_WRITES = 8;

/** @throws LedgerError, the signal's reason */
export async function reevaluateAll(ledger: Ledger, options: Reevaluating, result: Reevaluation): Promise<void> {
  const names = new Map<string, string>();
  for await (const { projectId, projectName } of ledger.coverages()) names.set(projectId, projectName);
  const rules = compileRules(options.rules);
  for (const projectId of options.projectIds ?? names.keys()) {
    const coverage = await ledger.coverage(projectId);
    if (!coverage) continue;
    result.projects += 1;
    const durations = await pastDurations(ledger, coverage);
    await new ProjectReevaluation(ledger, { ...options, rules, names, durations }, result).run(coverage);
  }
}

type DurationsOf = (job: Pick<JobSummary, 'clusterName' | 'clusterId' | 'kind'>) => readonly number[];

/** Of clusters that are gone too. A cluster's id tells it from others that had its name. */
async function pastDurations(ledger: Ledger, { projectId, clusters }: ProjectCoverage): Promise<DurationsOf> {
  const byCluster = new Map<string, Partial<Record<Kind, readonly number[]>>>();
  const add = ({ clusterName, clusterId, lists }: ClusterCoverage) => {
    const durations = Object.fromEntries(Object.entries(lists).map(([kind, list]) => [kind, list.durations ?? []]));
    byCluster.set(clusterId ?? clusterName, durations);
    if (!byCluster.has(clusterName)) byCluster.set(clusterName, durations);
  };
  for (const cluster of Object.values(clusters)) add(cluster);
  for await (const cluster of ledger.archivedClusters(projectId)) add(cluster);
  return ({ clusterName, clusterId, kind }) =>
    (byCluster.get(clusterId ?? clusterName) ?? byCluster.get(clusterName))?.[kind] ?? [];
}

interface Judging extends Omit<Reevaluating, 'rules' | 'projectIds'> {
  rules: CompiledRules;
  names: ReadonlyMap<string, string>;
  durations: DurationsOf;
}

class ProjectReevaluation {
  readonly #ledger: Ledger;
  readonly #options: Judging;
  readonly #result: Reevaluation;

  constructor(ledger: Ledger, options: Judging, result: Reevaluation) {
    this.#ledger = ledger;
    this.#options = options;
    this.#result = result;
  }

  async run({ projectId, projectName }: ProjectCoverage): Promise<void> {
    const { period, signal, progress } = this.#options;
    let batch: LedgerJob[] = [];
    for await (const job of this.#ledger.projectJobs(projectId, period)) {
      signal.throwIfAborted();
      this.#result.jobs += 1;
      if (this.#result.jobs % 50 === 0) progress.show(sanitize(`${this.#result.jobs} jobs, now of ${projectName}`));
      if (same(job.findings, this.#findings(job))) continue;
      batch.push(job);
      if (batch.length < BATCH) continue;
      await this.#write(batch);
      batch = [];
    }
    await this.#write(batch);
  }

  async #write(batch: readonly LedgerJob[]): Promise<void> {
    await forEachConcurrent(batch, PARALLEL_WRITES, (job) => this.#writeOne(job));
  }

  async #writeOne(job: LedgerJob): Promise<void> {
    const { dryRun, runId, at } = this.#options;
    if (dryRun) return this.#count(job.findings, this.#findings(job));
    const annotate = (stored: JobSummary) => ({ findings: this.#findings(stored) });
    const { outcome, change } = await this.#ledger.annotate(
      job.projectId,
      job.jobId,
      { runId, observedAt: at },
      annotate,
    );
    if (outcome === 'changed' && change) this.#count(job.findings, this.#findings(job));
  }

  #findings(job: JobSummary): Finding[] {
    const { rules, at, names, durations, principal } = this.#options;
    const context = {
      ...{ rules, at, pastDurations: durations(job) },
      projectNameOf: (projectId: string) => names.get(projectId),
      principal,
    };
    return [...mergeFindings(job.findings, evaluate(job, context), { afresh: true })];
  }

  #count(before: readonly Finding[] = [], after: readonly Finding[]) {
    this.#result.changed += 1;
    const of = (rule: Rule) => {
      this.#result.findings[rule] ??= { added: 0, removed: 0 };
      return this.#result.findings[rule];
    };
    for (const { rule } of missingIn(before, after)) of(rule).added += 1;
    for (const { rule } of missingIn(after, before)) of(rule).removed += 1;
  }
}

/** One whose severity changed is another one. */
const missingIn = (some: readonly Finding[], others: readonly Finding[]) =>
  others.filter(({ rule, severity }) => !some.some((one) => one.rule === rule && one.severity === severity));

const same = (before: readonly Finding[] = [], after: readonly Finding[]) =>
  missingIn(before, after).length + missingIn(after, before).length === 0;
