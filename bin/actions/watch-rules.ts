// bin/actions/watch-rules.ts holds a restore that is watched against the rules, as a collector would.

import type { Atlas } from '../../functions/atlas/model/atlas.ts';
import { ProjectNames } from '../../functions/collector/evaluate/project-names.ts';
import { RuleEvaluator } from '../../functions/collector/evaluate/rule-evaluator.ts';
import { clusterNamed } from '../../functions/ledger/model/coverage.ts';
import type { Ledger, Recorded, Sighting } from '../../functions/ledger/model/ledger.ts';
import type { RestoreJob, Source } from '../../functions/restore/job.ts';
import { type CompiledRules, compileRules } from '../../functions/restore/rules/compile-rules.ts';
import type { Rules } from '../../functions/restore/rules/rules.ts';
import type { Kind } from '../../functions/schema/words.ts';

export interface WatchJudgeOptions {
  source: Source;
  kind: Kind;
  atlas: Atlas;
  rules: Rules;
}

interface Background {
  projectName: string;
  /** In seconds. */
  pastDurations: readonly number[];
}

export class WatchJudge {
  readonly #options: WatchJudgeOptions;
  readonly #rules: CompiledRules;
  #background: Background | undefined;

  constructor(options: WatchJudgeOptions) {
    this.#options = options;
    this.#rules = compileRules(options.rules);
  }

  /**
   * Records what an answer says, with its findings; time alone can bring some where nothing else changed.
   * @param known as for `Ledger.record`
   * @throws AtlasError, LedgerError
   */
  async record(ledger: Ledger, job: RestoreJob, sighting: Sighting, known: boolean): Promise<Recorded> {
    const judge = await this.#judge(ledger, sighting.observedAt);
    await judge.prepare([job]);
    const recorded = await ledger.record(job, sighting, known, judge.annotating(job));
    if (recorded.outcome !== 'same' || !judge.isDue(job)) return recorded;
    return await ledger.annotate(job.projectId, job.jobId, sighting, judge.annotate);
  }

  async #judge(ledger: Ledger, at: string): Promise<RuleEvaluator> {
    const { source, atlas } = this.#options;
    this.#background ??= await this.#look(ledger);
    const { projectName, pastDurations } = this.#background;
    const { principal } = atlas;
    return new RuleEvaluator({
      names: new ProjectNames({ atlas, ledger }, { projectId: source.projectId, projectName }),
      ...{ rules: this.#rules, at, pastDurations, rulesChanged: false },
      ...(principal === undefined ? {} : { principal }),
    });
  }

  async #look(ledger: Ledger): Promise<Background> {
    const { source, kind } = this.#options;
    const coverage = await ledger.coverage(source.projectId);
    const cluster = coverage && clusterNamed(coverage.clusters, source.clusterName);
    const projectName = source.projectName ?? coverage?.projectName ?? (await this.#nameInAtlas());
    return { projectName, pastDurations: cluster?.lists[kind]?.durations ?? [] };
  }

  async #nameInAtlas(): Promise<string> {
    const { source, atlas } = this.#options;
    for await (const { projects } of atlas.projects()) {
      const found = projects.find(({ id }) => id === source.projectId);
      if (found) return found.name;
    }
    return source.projectId;
  }
}
