// functions/collector/project/evaluation.ts: the findings and requesters of a project's jobs.
import type { AttributionCoverage, ListCoverage, ProjectCoverage } from '../../ledger/model/coverage.ts';
import { defined } from '../../platform/defined.ts';
import { attributeRequesters } from '../evaluate/attribute-requesters.ts';
import { attributableFrom, attributionOver, iso } from '../evaluate/attribution.ts';
import { RuleEvaluator } from '../evaluate/rule-evaluator.ts';
import { type Collection, outOfTime } from './collection.ts';
import { noteRecorded } from './recorded-jobs.ts';

/** What came of it once all lists of a task were read. */
export interface Evaluation {
  /** Absent: nothing was to be attributed, or there was no time for it. */
  attribution?: AttributionCoverage | undefined;
  /** Every job of the project was evaluated by the present rules. */
  isWhole: boolean;
}

export const NOT_EVALUATED: Evaluation = { isWhole: false };

/** @param list the coverage of the list that the jobs are of @param at the time of the reading, ISO 8601 */
export function evaluatorOf(collection: Collection, list: ListCoverage | undefined, at: string): RuleEvaluator {
  const { ports, names, rules, rulesDigest, stored } = collection;
  const rulesChanged = stored !== undefined && stored.rules !== rulesDigest;
  const known = defined({ pastDurations: list?.durations, principal: ports.atlas.principal });
  return new RuleEvaluator({ names, rules, at, rulesChanged, ...known });
}

/**
 * Once all lists of the task are read: only then are all rivals for an event known.
 * @throws LedgerError
 */
export async function evaluateProject(collection: Collection): Promise<Evaluation> {
  const { task, ports, failures, counts, stored } = collection;
  const { projectName, clusterName, followAt, progress } = task;
  const hasTime = !outOfTime(collection);
  const attribution = hasTime ? await attribute(collection) : undefined;
  const { error } = attribution ?? stored?.attribution ?? {};
  if (error) {
    counts.eventsFailed = 1;
    ports.onEventsFailed?.({ projectName, code: error.code, message: error.message });
  }
  const isSound = failures.length === 0 && !progress?.failures.length;
  return { attribution, isWhole: hasTime && isSound && clusterName === undefined && followAt === undefined };
}

async function attribute(collection: Collection): Promise<AttributionCoverage | undefined> {
  const { task, ports, options, time, stored, unattributedFrom } = collection;
  const { projectId, runId } = task;
  const from = attributableFrom(stored?.attribution, unattributedFrom, time.now());
  if (from === undefined) return undefined;
  const evaluator = evaluatorOf(collection, undefined, iso(time.now()));
  return attributeRequesters(
    { projectId, runId, from, stored: stored?.attribution, isLetGo: collection.isLetGo },
    {
      ...ports,
      now: time.now,
      outOfTime: () => outOfTime(collection),
      prepare: evaluator.prepare,
      writes: options.limits.writes,
      findings: (job) => evaluator.findings(job, false),
      onRecorded: (recorded) => {
        noteRecorded(collection, recorded);
        ports.onRecorded?.(recorded, recorded.job);
      },
    },
  );
}

/** Over what is stored at the moment of writing, so that another collector's work is kept. */
export function evaluationOver(
  latest: ProjectCoverage | undefined,
  { stored, unattributedFrom, rulesDigest, time }: Collection,
  { attribution: made, isWhole }: Evaluation,
): Pick<ProjectCoverage, 'attribution' | 'rules'> {
  const left = unattributedFrom === undefined ? undefined : { from: unattributedFrom, dueAt: iso(time.now()) };
  const attribution = attributionOver(latest?.attribution, { read: stored?.attribution, made, left });
  return defined({ attribution, rules: isWhole ? rulesDigest : latest?.rules });
}
