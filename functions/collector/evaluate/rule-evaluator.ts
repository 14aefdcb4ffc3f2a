// functions/collector/evaluate/rule-evaluator.ts: the evaluation of rules for the jobs of one list, when they are recorded and as time goes by.
import type { Annotating, Annotations, JobSummary } from '../../ledger/model/ledger.ts';
import { defined } from '../../platform/defined.ts';
import type { RestoreJob } from '../../restore/job.ts';
import { requestTypes } from '../../restore/requesters/match-requests.ts';
import type { Requester } from '../../restore/requesters/requester.ts';
import type { EvaluatedJob, EvaluationContext } from '../../restore/rules/check.ts';
import { evaluate, isTimed, mergeFindings, needsTime } from '../../restore/rules/evaluate.ts';
import type { Finding } from '../../restore/rules/finding.ts';
import type { Announcements } from './announcements.ts';
import type { ProjectNames } from './project-names.ts';

export interface RuleEvaluatorOptions extends Omit<EvaluationContext, 'projectNameOf' | 'mayBeAnnounced'> {
  names: ProjectNames;
  /** Absent: a restore stays as it was found. */
  announcements?: Announcements | undefined;
  /** The rules were changed: open jobs lose findings that no longer hold. */
  rulesChanged: boolean;
}

export class RuleEvaluator {
  readonly #context: EvaluationContext;
  readonly #options: RuleEvaluatorOptions;

  constructor(options: RuleEvaluatorOptions) {
    this.#options = options;
    const mayBeAnnounced = options.announcements?.mayBeAnnounced;
    this.#context = { ...options, projectNameOf: options.names.nameOf, ...defined({ mayBeAnnounced }) };
  }

  /** To be waited for before jobs are recorded. @throws LedgerError */
  prepare = async (jobs: readonly Prepared[]): Promise<void> => {
    await this.#options.names.learn(jobs);
    await this.#options.announcements?.learn(jobs.filter((job) => this.asksFor(job)));
  };

  /** Whether it is one of a cluster that asks for announcements, and of a time when there could be some. */
  asksFor = (job: Prepared): boolean => {
    const { rules, announcements, tagsOf } = this.#options;
    const { projectId, projectName = projectId, clusterName } = job;
    return (
      rules.announcedBy({ projectName, clusterName, tags: tagsOf?.(job) }) !== undefined &&
      announcements?.isExempt(job) === false
    );
  };

  /** The same for jobs that have not changed: rules on time need no names of other projects, and so no call. */
  prepareDue = async (jobs: readonly RestoreJob[]) => {
    if (this.#options.rulesChanged) await this.prepare(jobs);
  };

  /** For an answer that is being recorded. */
  annotating = (job: RestoreJob): Annotating => ({
    requester: this.#firstRequester(job),
    assess: (job) => this.findings(job, this.#options.rulesChanged),
  });

  /** Whether an open job that has not changed is to be evaluated all the same. */
  isDue = (job: RestoreJob): boolean => this.#options.rulesChanged || needsTime(job, this.#context);

  annotate = (job: JobSummary): Partial<Annotations> => {
    const { rulesChanged } = this.#options;
    if (rulesChanged) return { findings: this.findings(job, rulesChanged) };
    const byTime = evaluate(job, this.#context).filter(({ rule }) => isTimed(rule));
    return { findings: [...mergeFindings(job.findings, byTime)] };
  };

  findings(job: JobSummary, rulesChanged: boolean): Finding[] {
    return [...mergeFindings(job.findings, evaluate(job, this.#context), { rulesChanged })];
  }

  /** Once it is certain whether the job was announced: a finding that it was not comes, stays, or goes. */
  findingsMatched = (job: JobSummary): Finding[] => {
    const { announcements } = this.#options;
    const mayBeAnnounced = (each: Pick<EvaluatedJob, 'requestedAt'>) => announcements?.isExempt(each) === true;
    const isOfRule = ({ rule }: Finding) => rule === 'unannounced';
    const now = evaluate(job, { ...this.#context, mayBeAnnounced }).filter(isOfRule);
    const had = now.length > 0 ? job.findings : job.findings?.filter((finding) => !isOfRule(finding));
    return [...mergeFindings(had, now)];
  };

  /**
   * Before its events were read. Of some requests Atlas keeps no event at all: whether such a restore is the one that was announced is
   * not known either, and should the collector die before it is, `pending` has it looked at again.
   */
  #firstRequester(job: RestoreJob): Requester {
    const isOpen = this.asksFor(job) && this.#options.announcements?.mayBeAnnounced(job) === true;
    return { reason: requestTypes(job.kind, job.delivery).length === 0 && !isOpen ? 'none' : 'pending' };
  }
}

/** What is known of a job that was not recorded yet. */
export type Prepared = Pick<
  RestoreJob,
  'targetProjectId' | 'requestedAt' | 'projectId' | 'projectName' | 'clusterName'
>;
