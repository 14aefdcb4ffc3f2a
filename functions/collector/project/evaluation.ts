// functions/collector/project/evaluation.ts: the findings and requesters of a project's jobs.
import {
  type AttributionCoverage,
  clusterNamed,
  type ListCoverage,
  type ProjectCoverage,
} from '../../ledger/model/coverage.ts';
import type { Recorded } from '../../ledger/model/ledger.ts';
import { defined } from '../../platform/defined.ts';
import type { ExpectedRestore } from '../../restore/expected/expected-restore.ts';
import type { ClusterOfJob } from '../../restore/objectives/measure.ts';
import { attributeRequesters } from '../evaluate/attribute-requesters.ts';
import { attributableFrom, attributionOver, iso } from '../evaluate/attribution.ts';
import { matchAnnouncements } from '../evaluate/match-announcements.ts';
import { expectedSince } from '../evaluate/missed-restores.ts';
import { RuleEvaluator } from '../evaluate/rule-evaluator.ts';
import { type Collection, isFollow, outOfTime } from './collection.ts';
import { noteRecorded } from './recorded-jobs.ts';

/** What came of it once all lists of a task were read. */
export interface Evaluation {
  /** Absent: nothing was to be attributed, or there was no time for it. */
  attribution?: AttributionCoverage | undefined;
  /** Every job of the project was evaluated by the present rules. */
  isWhole: boolean;
  /** What was announced, once all restores were compared with it. */
  expected?: readonly ExpectedRestore[];
}

export const NOT_EVALUATED: Evaluation = { isWhole: false };

/** @param list the coverage of the list that the jobs are of @param at the time of the reading, ISO 8601 */
export function evaluatorOf(collection: Collection, list: ListCoverage | undefined, at: string): RuleEvaluator {
  const { ports, names, announcements, rules, rulesDigest, stored, clusters } = collection;
  const tagsOf = ({ clusterName }: ClusterOfJob) => clusterNamed(clusters, clusterName)?.tags;
  const rulesChanged = stored !== undefined && stored.rules !== rulesDigest;
  const known = defined({ pastDurations: list?.durations, principal: ports.atlas.principal });
  return new RuleEvaluator({ names, announcements, rules, at, tagsOf, rulesChanged, ...known });
}

/**
 * Once all lists of the task are read: only then are all rivals for an event, and for an announcement, known.
 * @throws LedgerError
 */
export async function evaluateProject(collection: Collection): Promise<Evaluation> {
  const { task, ports, failures, counts, stored, time, unattributedFrom } = collection;
  const { projectName, clusterName, followAt, progress } = task;
  const hasTime = !outOfTime(collection);
  const from = attributableFrom(stored?.attribution, unattributedFrom, time.now());
  let expected = hasTime ? await match(collection, from) : undefined;
  const { attribution, isNews } = hasTime && from !== undefined ? await attribute(collection, from) : NOTHING_NEW;
  // Who requested a restore may not be who was announced.
  if (isNews && (asksForAny(collection) || expected?.length)) expected = await match(collection, from);
  const { error } = attribution ?? stored?.attribution ?? {};
  if (error) {
    counts.eventsFailed = 1;
    ports.onEventsFailed?.({ projectName, code: error.code, message: error.message });
  }
  const isSound = failures.length === 0 && !progress?.failures.length;
  return {
    attribution,
    isWhole: hasTime && isSound && clusterName === undefined && followAt === undefined,
    ...defined({ expected }),
  };
}

const asksForAny = ({ options }: Collection) => options.rules.announcements.length > 0;

const NOTHING_NEW = { attribution: undefined, isNews: false };

/** Nothing of a project that was not read before, since nobody can have announced anything of it; nor where a follow-up has nothing new. */
async function match(collection: Collection, from: string | undefined): Promise<Evaluation['expected']> {
  const { task, ports, time, stored, announcements, isLetGo } = collection;
  if (!stored || (from === undefined && isFollow(collection))) return undefined;
  const { projectId, runId } = task;
  const observedAt = iso(time.now());
  const evaluator = evaluatorOf(collection, undefined, observedAt);
  return matchAnnouncements(
    { projectId, from, since: expectedSince(stored), sighting: { runId, observedAt, isLetGo } },
    {
      ledger: ports.ledger,
      read: announcements.read,
      findings: evaluator.findingsMatched,
      asksFor: asksForAny(collection) ? evaluator.asksFor : undefined,
      onRecorded: recordedOf(collection),
    },
  );
}

const recordedOf = (collection: Collection) => (recorded: Recorded) => {
  noteRecorded(collection, recorded);
  collection.ports.onRecorded?.(recorded, recorded.job);
};

async function attribute(collection: Collection, from: string) {
  const { task, ports, options, time, stored } = collection;
  const { projectId, runId } = task;
  const evaluator = evaluatorOf(collection, undefined, iso(time.now()));
  const onRecorded = recordedOf(collection);
  let isNews = false;
  const attribution = await attributeRequesters(
    { projectId, runId, from, stored: stored?.attribution, isLetGo: collection.isLetGo },
    {
      ...ports,
      now: time.now,
      outOfTime: () => outOfTime(collection),
      prepare: evaluator.prepare,
      writes: options.limits.writes,
      findings: (job) => evaluator.findings(job, false),
      onRecorded: (recorded) => {
        isNews ||= recorded.outcome === 'changed';
        onRecorded(recorded);
      },
    },
  );
  return { attribution, isNews };
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
