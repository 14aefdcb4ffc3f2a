// functions/collector/evaluate/rule-evaluator.ts: the evaluation of rules for the jobs of one list, when they are recorded and as time goes by.
import type { Annotating, Annotations, JobSummary } from '../../ledger/model/ledger.ts';
import type { RestoreJob } from '../../restore/job.ts';
import { requestTypes } from '../../restore/requesters/match-requests.ts';
import type { Requester } from '../../restore/requesters/requester.ts';
import type { EvaluationContext } from '../../restore/rules/check.ts';
import { evaluate, isTimed, mergeFindings, needsTime } from '../../restore/rules/evaluate.ts';
import type { Finding } from '../../restore/rules/finding.ts';
import type { Delivery, Kind } from '../../schema/words.ts';
import type { ProjectNames } from './project-names.ts';

export interface RuleEvaluatorOptions extends Omit<EvaluationContext, 'projectNameOf'> {
  names: ProjectNames;
  /** The rules were changed: open jobs lose findings that no longer hold. */
  rulesChanged: boolean;
}

export class RuleEvaluator {
  readonly #context: EvaluationContext;
  readonly #options: RuleEvaluatorOptions;

  constructor(options: RuleEvaluatorOptions) {
    this.#options = options;
    this.#context = { ...options, projectNameOf: options.names.nameOf };
  }

  /** To be waited for before jobs are recorded. @throws LedgerError */
  prepare = (jobs: readonly Pick<RestoreJob, 'targetProjectId'>[]) => this.#options.names.learn(jobs);

  /** The same for jobs that have not changed: rules on time need no names of other projects, and so no call. */
  prepareDue = async (jobs: readonly RestoreJob[]) => {
    if (this.#options.rulesChanged) await this.prepare(jobs);
  };

  /** For an answer that is being recorded. */
  annotating = ({ kind, delivery }: RestoreJob): Annotating => ({
    requester: firstRequester(kind, delivery),
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
}

/** Before its events were read. Of some requests Atlas keeps no event at all. */
const firstRequester = (kind: Kind, delivery: Delivery): Requester => ({
  reason: requestTypes(kind, delivery).length === 0 ? 'none' : 'pending',
});
