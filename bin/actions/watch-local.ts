// bin/actions/watch-local.ts: a restore job watched at Atlas. Each answer is recorded, with its findings, as a collector would.

import type { AtlasClient } from '../../functions/atlas/client.ts';
import { AtlasError } from '../../functions/atlas/model/errors.ts';
import { ProjectNames } from '../../functions/collector/evaluate/project-names.ts';
import { RuleEvaluator } from '../../functions/collector/evaluate/rule-evaluator.ts';
import { AtlasTime } from '../../functions/collector/list/atlas-time.ts';
import { clusterNamed } from '../../functions/ledger/model/coverage.ts';
import { LedgerError } from '../../functions/ledger/model/errors.ts';
import type { JobSummary, Ledger, Sighting } from '../../functions/ledger/model/ledger.ts';
import { defined } from '../../functions/platform/defined.ts';
import { isOpen, type RestoreJob, type Source } from '../../functions/restore/job.ts';
import { normalize } from '../../functions/restore/normalize/normalize.ts';
import { newObjectId } from '../../functions/restore/object-id.ts';
import { type CompiledRules, compileRules } from '../../functions/restore/rules/compile-rules.ts';
import type { Rules } from '../../functions/restore/rules/rules.ts';
import type { Kind } from '../../functions/schema/words.ts';
import { utc } from '../../functions/views/text.ts';
import type { Context } from '../process/context.ts';
import { CommandError } from '../process/exit-codes.ts';
import type { Watched } from './watch.ts';

export interface WatchOptions {
  id: string;
  source: Source;
  kind: Kind;
  stored: JobSummary | undefined;
  atlas: AtlasClient;
  rules: Rules;
  /** Opens the ledger for one use, so that a directory can be copied or moved meanwhile. */
  usingLedger<T>(use: (ledger: Ledger) => Promise<T>): Promise<T>;
  context: Context;
}

export function watchLocally({ id, source, kind, stored, atlas, rules, usingLedger, context }: WatchOptions): Watched {
  const record = recorderOf({ source, kind, atlas }, compileRules(rules));
  const runId = newObjectId(new Date());
  let known = stored;

  const readAndRecord = async (): Promise<JobSummary> => {
    const view = atlas.within(() => Number.POSITIVE_INFINITY);
    const time = new AtlasTime({ atlas: view, now: Date.now });
    const requestedMs = Date.now();
    const answer = await view.job({ kind, projectId: source.projectId, clusterName: source.clusterName }, id);
    const requestedAt = new Date(time.at(requestedMs));
    const job = understood(() => normalize(kind, answer, source, requestedAt));
    const sighting = { runId, observedAt: requestedAt.toISOString() };
    known = await usingLedger((ledger) => record(ledger, job, sighting, known !== undefined));
    return known;
  };

  /** Atlas forgets jobs; what the ledger knows of a settled one stays true. @throws CommandError */
  const asRemembered = async (cause: AtlasError): Promise<JobSummary> => {
    if (stored && !isOpen(stored.status)) {
      await context.err.line(`Atlas no longer lists it; the ledger has it as of ${utc(stored.changedAt)} UTC.`);
      return stored;
    }
    const was = known ? `, which was ${known.status}` : '';
    throw new CommandError(`Atlas does not list job ${id}${was}: ${cause.message}`, { cause });
  };

  return {
    id,
    known: stored,
    async look() {
      try {
        return { job: await readAndRecord() };
      } catch (error) {
        if (error instanceof AtlasError && error.code === 'ATLAS_NOT_FOUND') return { job: await asRemembered(error) };
        if ((error instanceof AtlasError || error instanceof LedgerError) && error.transient) return { failure: error };
        throw error;
      }
    },
  };
}

function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`Atlas's answer about this job can't be understood: ${reason}`, { cause });
  }
}

/** Records a job with its findings; time alone can bring one where nothing else changed. @throws AtlasError, LedgerError */
function recorderOf({ source, kind, atlas }: Pick<WatchOptions, 'source' | 'kind' | 'atlas'>, rules: CompiledRules) {
  let background: Awaited<ReturnType<typeof backgroundOf>> | undefined;
  return async (ledger: Ledger, job: RestoreJob, sighting: Sighting, known: boolean): Promise<JobSummary> => {
    background ??= await backgroundOf(ledger, source, kind, atlas);
    const { projectName, pastDurations, tags } = background;
    const evaluator = new RuleEvaluator({
      names: new ProjectNames({ atlas, ledger }, { projectId: source.projectId, projectName }),
      ...{ rules, at: sighting.observedAt, pastDurations, tagsOf: () => tags, rulesChanged: false },
      ...defined({ principal: atlas.principal }),
    });
    await evaluator.prepare([job]);
    try {
      const recorded = await ledger.record(job, sighting, known, evaluator.annotating(job));
      if (recorded.outcome !== 'same' || !evaluator.isDue(job)) return recorded.job;
      return (await ledger.annotate(job.projectId, job.jobId, sighting, evaluator.annotate)).job;
    } finally {
      await ledger.markDaysAgain();
    }
  };
}

async function backgroundOf(ledger: Ledger, source: Source, kind: Kind, atlas: AtlasClient) {
  const coverage = await ledger.coverage(source.projectId);
  const cluster = coverage && clusterNamed(coverage.clusters, source.clusterName);
  const projectName = source.projectName ?? coverage?.projectName ?? (await nameInAtlas(source.projectId, atlas));
  return { projectName, pastDurations: cluster?.lists[kind]?.durations ?? [], tags: cluster?.tags };
}

async function nameInAtlas(projectId: string, atlas: AtlasClient): Promise<string> {
  for await (const { projects } of atlas.projects()) {
    const found = projects.find(({ id }) => id === projectId);
    if (found) return found.name;
  }
  return projectId;
}
