// functions/collector/project/project-evaluation.ts: findings, requesters and the count of a project's jobs, while they are collected.

import { isBackfilled } from '../../ledger/model/backfill.ts';
import {
  type AttributionCoverage,
  clusterNamed,
  type Failure,
  type ListCoverage,
  type ProjectCoverage,
  type Repair,
} from '../../ledger/model/coverage.ts';
import { difference, NO_IDS, toggled } from '../../ledger/model/id-set.ts';
import type { JobSummary, Recorded } from '../../ledger/model/ledger.ts';
import type { RunCounts } from '../../ledger/model/run.ts';
import { type FirstSeen, reconciled } from '../../ledger/model/uncounted.ts';
import { defined } from '../../platform/defined.ts';
import { type CompiledRules, compileRules } from '../../restore/rules/compile-rules.ts';
import { rulesDigest } from '../../restore/rules/read-rules.ts';
import type { Rules } from '../../restore/rules/rules.ts';
import { attributeRequesters } from '../evaluate/attribute-requesters.ts';
import { ProjectNames } from '../evaluate/project-names.ts';
import { RuleEvaluator } from '../evaluate/rule-evaluator.ts';
import type { KnownJobs } from '../list/known-jobs.ts';
import type { CollectTask } from '../task/task.ts';
import type { CollectPorts } from './ports.ts';

/** Kept of a project. */
const MAX_REPAIRS = 20;
/** After so long in the table, in ms, a job that no coverage counts is of a run that died, not of one that will count it. */
const UNCOUNTED_MS = 6 * 3_600_000;

export interface ProjectEvaluationOptions {
  rules: Rules;
  maxEventAgeHours: number;
}

export class ProjectEvaluation {
  readonly #task: CollectTask;
  readonly #ports: CollectPorts;
  readonly #known: KnownJobs;
  readonly #options: ProjectEvaluationOptions;
  readonly rules: CompiledRules;
  readonly #digest: string;
  readonly #names: ProjectNames;
  #stored: ProjectCoverage | undefined;
  #jobsNew = 0;
  #jobsBackfilled = 0;
  /** New to the table, and requested before their list was read last: they may have been in it before. */
  readonly #overdueIds: string[] = [];
  /** Of all that are new. */
  #newIds = NO_IDS;
  #findings = 0;
  /** Request time of the oldest job of this collection that nobody has been named for. */
  #unattributedFrom: string | undefined;
  #attribution: AttributionCoverage | undefined;
  #evaluatedAll = false;
  /** There were jobs to attribute. */
  #lookedForRequesters = false;

  /** @param ports whose `now` is Atlas's time */
  constructor(task: CollectTask, ports: CollectPorts, known: KnownJobs, options: ProjectEvaluationOptions) {
    this.#task = task;
    this.#ports = ports;
    this.#known = known;
    this.#options = options;
    this.rules = compileRules(options.rules);
    this.#digest = rulesDigest(options.rules);
    this.#names = new ProjectNames(ports, task);
  }

  begin(stored: ProjectCoverage | undefined) {
    this.#stored = stored;
  }

  get counts(): Pick<RunCounts, 'jobsBackfilled' | 'findings'> {
    return { jobsBackfilled: this.#jobsBackfilled, findings: this.#findings };
  }

  /** There were jobs to attribute, though perhaps no time for it. */
  get hadToLook(): boolean {
    return this.#lookedForRequesters;
  }

  /** Why a project's events can't be read, then or since. */
  get eventsFailure(): Failure | undefined {
    return (this.#attribution ?? this.#stored?.attribution)?.error;
  }

  /** @param list the coverage of the list that the jobs are of @param at the time of the reading, ISO 8601 */
  evaluatorOf(list: ListCoverage | undefined, at: string): RuleEvaluator {
    const { principal } = this.#ports.atlas;
    return new RuleEvaluator({
      names: this.#names,
      rules: this.rules,
      at,
      rulesChanged: this.#stored !== undefined && this.#stored.rules !== this.#digest,
      ...defined({ pastDurations: list?.durations, principal }),
    });
  }

  /** Each job that was recorded or judged. */
  note({ outcome, job, change }: Recorded) {
    if (outcome === 'new') {
      this.#jobsNew += 1;
      this.#newIds = toggled(this.#newIds, [job.jobId]);
      if (this.#wasRecordedBefore(job)) this.#overdueIds.push(job.jobId);
    }
    if (!change) return;
    this.#findings += added(change.fields.findings);
    if (outcome === 'new' && isBackfilled(job, change, this.#options.maxEventAgeHours)) this.#jobsBackfilled += 1;
  }

  /** There are jobs to be attributed from this moment on. */
  lookFrom(at: string | undefined) {
    if (at === undefined) return;
    if (this.#unattributedFrom === undefined || at < this.#unattributedFrom) this.#unattributedFrom = at;
  }

  /**
   * Once all lists of the task are read: only then are all rivals for an event known.
   * @param sound no list failed
   * @throws LedgerError
   */
  async finish({ sound, outOfTime }: { sound: boolean; outOfTime(): boolean }): Promise<void> {
    if (this.#overdueIds.length > 0) await this.#known.readBefore();
    this.#lookedForRequesters = this.#unattributedFrom !== undefined;
    if (outOfTime()) return;
    const { projectId, runId, clusterName, followAt } = this.#task;
    const { now } = this.#ports;
    const stored = this.#stored?.attribution;
    const isDue = stored?.dueAt !== undefined && Date.parse(stored.dueAt) <= now();
    const from = earlier(
      this.#unattributedFrom,
      isDue || this.#unattributedFrom !== undefined ? stored?.from : undefined,
    );
    if (from !== undefined) {
      const evaluator = this.evaluatorOf(undefined, new Date(now()).toISOString());
      const onRecorded = (recorded: Recorded) => {
        this.note(recorded);
        this.#ports.onRecorded?.(recorded, recorded.job);
      };
      const findings = (job: JobSummary) => evaluator.findings(job, false);
      const ports = { ...this.#ports, outOfTime, onRecorded, prepare: evaluator.prepare, findings };
      this.#attribution = await attributeRequesters({ projectId, runId, from, stored }, ports);
    }
    this.#evaluatedAll = sound && clusterName === undefined && followAt === undefined;
  }

  /** A function of what is stored at the moment of writing, so that another collector's work is kept. */
  about(
    stored: ProjectCoverage | undefined,
  ): Pick<ProjectCoverage, 'attribution' | 'rules' | 'recorded' | 'recordedIds' | 'repairs'> {
    const attribution = this.#attributionOver(stored?.attribution);
    const rules = this.#evaluatedAll ? this.#digest : stored?.rules;
    const { putBack, left: ofOthers } = this.#reconciled;
    // Another collector may have counted these meanwhile.
    const left = stored?.revision === this.#stored?.revision ? ofOthers : [];
    const repairs = [...(stored?.repairs ?? []), ...(putBack.length > 0 ? [this.#repair(putBack.length)] : [])];
    // Each job is new to one collector alone, which counts it: so whoever writes first, none is counted twice.
    const { recorded: jobs = 0, recordedIds: ids = NO_IDS } = stored ?? {};
    const recorded = jobs + this.#jobsNew - putBack.length + left.length;
    return {
      recorded,
      recordedIds: difference(ids, toggled(this.#newIds, [...putBack, ...left])),
      ...defined({ attribution, rules, repairs: repairs.length > 0 ? repairs.slice(-MAX_REPAIRS) : undefined }),
    };
  }

  /**
   * What was counted before and had been taken out of the table: it is counted once, while one that is not put back stays missed,
   * whatever else is new. And what a run that died has left in the table. Nothing of both where it can't be known.
   */
  get #reconciled(): { putBack: readonly string[]; left: readonly string[] } {
    const before = this.#known.before;
    const { recorded: jobs = 0, recordedIds: ids = NO_IDS } = this.#stored ?? {};
    if (before === undefined) return { putBack: [], left: [] };
    const found = reconciled({ jobs, ids }, before, this.#overdueIds);
    if (found) return { putBack: found.putBack, left: this.#longAgo(found.left) };
    // Some of several, most likely. Should one of them never have been there, then the ids won't fit, however many there are.
    return { putBack: this.#overdueIds.slice(0, Math.max(0, jobs - before.jobs)), left: [] };
  }

  #longAgo = (jobs: readonly FirstSeen[]): readonly string[] =>
    jobs.filter(({ atMs }) => atMs < this.#ports.now() - UNCOUNTED_MS).map(({ jobId }) => jobId);

  #repair(jobs: number): Repair {
    return { at: new Date(this.#ports.now()).toISOString(), runId: this.#task.runId, jobs };
  }

  #wasRecordedBefore({ clusterName, kind, requestedAt }: JobSummary): boolean {
    const list = clusterNamed(this.#stored?.clusters ?? {}, clusterName)?.lists[kind];
    return list?.readAt !== undefined && Date.parse(requestedAt) < Date.parse(list.readAt);
  }

  #attributionOver(stored: AttributionCoverage | undefined): AttributionCoverage | undefined {
    const ours = this.#attribution;
    const read = this.#stored?.attribution;
    if (ours && stored?.from === read?.from && stored?.dueAt === read?.dueAt) return ours;
    if (!ours && this.#unattributedFrom === undefined) return stored;
    // Not attributed by us, or not only by us: what either has left to do is left.
    const from = earlier(stored?.from, ours ? ours.from : this.#unattributedFrom);
    if (from === undefined) return ours ?? stored;
    const dueAt = earlier(stored?.dueAt, ours ? ours.dueAt : new Date(this.#ports.now()).toISOString());
    return { ...stored, ...ours, from, ...(dueAt === undefined ? {} : { dueAt }) };
  }
}

const earlier = (a: string | undefined, b: string | undefined) =>
  a === undefined || (b !== undefined && b < a) ? b : a;

/** Of a history's entry: rules that were not there before. */
function added({ from, to }: { from?: unknown; to?: unknown } = {}): number {
  const before: readonly unknown[] = Array.isArray(from) ? from : [];
  return Array.isArray(to) ? to.filter((rule) => !before.includes(rule)).length : 0;
}
