// functions/collector/project/collect-project.ts is the core: it brings one project's restore jobs and its coverage up to date.
import type { AtlasUsage } from '../../atlas/model/atlas.ts';
import type { AtlasError } from '../../atlas/model/errors.ts';
import { MAX_EVENT_AGE_HOURS } from '../../ledger/model/backfill.ts';
import { type ClusterCoverage, clusterNamed, type ProjectCoverage } from '../../ledger/model/coverage.ts';
import { CLOCK_TOLERANCE_MS } from '../../ledger/model/merge-observation.ts';
import { addCounts, type ClusterFailure, noCounts, type RunCounts, type RunPart } from '../../ledger/model/run.ts';
import { forEachConcurrent } from '../../platform/for-each-concurrent.ts';
import { PARALLEL_LISTS, type SharedSemaphores, sharedSemaphores } from '../../platform/semaphore.ts';
import { problemText } from '../../restore/field-reader.ts';
import { KINDS, type Kind } from '../../restore/job.ts';
import { DEFAULT_RULES, type Rules } from '../../restore/rules/rules.ts';
import { AtlasTime } from '../list/atlas-time.ts';
import { KnownJobs } from '../list/known-jobs.ts';
import type { Attempt } from '../list/list-coverage.ts';
import { PrefetchedLists } from '../list/prefetch.ts';
import type { ListCounts, ListReading } from '../list/read-list.ts';
import { formerSince, LISTS_OF, resumeSince, type SelectedList, selectLists } from '../list/select-lists.ts';
import type { CollectTask } from '../task/task.ts';
import type { Standing } from './absence.ts';
import { believable } from './believed.ts';
import { collectList, LIST_CONTRADICTS } from './collect-list.ts';
import {
  addressable,
  type Discovery,
  discover,
  interpreted,
  leftOut,
  nothingDiscovered,
  type RawDiscovery,
  withDiscovery,
} from './discover.ts';
import { withDrills } from './drills.ts';
import type { CollectPorts } from './ports.ts';
import {
  clustersOutnamed,
  clustersReplaced,
  clustersToArchive,
  isMoving,
  projectCoverage,
} from './project-coverage.ts';
import { ProjectEvaluation } from './project-evaluation.ts';

export interface CollectOptions {
  /** Kinds of restore job to read. @default all */
  kinds?: readonly Kind[];
  /** Clusters to read, by name. @default every one */
  wantsCluster?(clusterName: string): boolean;
  /** What jobs are held against. @default DEFAULT_RULES */
  rules?: Rules;
  /** A job that ended longer ago than this is no news when it is first seen, in hours. @default 24 */
  newsHours?: number;
  /** Lists read at once. Memory grows with it: a page of 500 jobs each. @default PARALLEL_LISTS */
  parallelLists?: number;
  /** What is shared with projects that are collected at the same time. @default nothing */
  places?: SharedSemaphores;
  /** How old the last reading to the end may be before the next one is made, in ms. @default a day */
  fullEveryMs?: number;
  /** When to look again at a project with a job that runs, in ms. 0: never. @default 60_000 */
  followMs?: number;
  /** Kept back for writing the coverage and the next message, in ms. @default 15_000 */
  reserveMs?: number;
  /** Messages that one task may take before what is left counts as failed. @default 100 */
  maxMessages?: number;
}

/** A task for later. */
export interface Later {
  task: CollectTask;
  delayMs: number;
}

export interface CollectResult {
  /** What this task, with the messages before it, has done; final unless `next` is there. */
  part: RunPart;
  /** Time ran out: this is left to do. */
  next?: Later;
  /** The lists that Atlas's rate limit, or a call that took too long, left, each with why. */
  left?: ClusterFailure[];
  /** Jobs are running: this looks at them again. */
  follow?: Later;
  /** Time ran out while, or before, it was found out who asked for the restores: the next collection does. */
  requestersLeft?: true;
}

const MAX_FAILURES = 100;
const EVERY = () => true;
/** A list, perhaps of a cluster whose name another one has by now, and with it the place in the coverage. */
type CollectedList = SelectedList & { isReplaced?: boolean };

/** Pages of all lists of a project that may wait in memory for those before them. */
const PAGES_AHEAD = 16;

/**
 * One failing cluster costs only itself: it is named in the part and in the coverage. The coverage is read first and
 * written last, so that a crash in between only repeats idempotent writes. Every time that is stored is Atlas's.
 * @throws LedgerError where the ledger can't be read or the coverage not written; the task can be given again
 */
export async function collectProject(
  task: CollectTask,
  ports: CollectPorts,
  options: CollectOptions = {},
): Promise<CollectResult> {
  return new ProjectCollector(task, ports, options).collect();
}

class ProjectCollector {
  readonly #task: CollectTask;
  readonly #ports: CollectPorts;
  readonly #options: Required<CollectOptions>;
  readonly #time: AtlasTime;
  /** By our clock, which may not be measured yet. */
  readonly #startedMs: number;
  readonly #usageBefore: AtlasUsage;
  readonly #attempts: { clusterName: string; kind: Kind; attempt: Attempt }[] = [];
  readonly #failures: ClusterFailure[] = [];
  readonly #counts = noCounts();
  readonly #assessment: ProjectEvaluation;
  readonly #known: KnownJobs;
  readonly #begun = new PrefetchedLists();
  #clustersLeftOut: number | undefined;
  /** Lists that time, or Atlas's rate limit, left undone. */
  #undone = 0;
  readonly #left: ClusterFailure[] = [];
  /** How long Atlas asked us to stay away, in ms. */
  #stayAwayMs = 0;
  /** When the next look is due, where this collector is the one to queue it. */
  #followAt: string | undefined;

  constructor(task: CollectTask, ports: CollectPorts, options: CollectOptions) {
    const { kinds = KINDS, wantsCluster = EVERY, parallelLists = PARALLEL_LISTS, fullEveryMs = 86_400_000 } = options;
    const { followMs = 60_000, reserveMs = 15_000, maxMessages = 100 } = options;
    const {
      rules = DEFAULT_RULES,
      newsHours = MAX_EVENT_AGE_HOURS,
      places = sharedSemaphores(parallelLists),
    } = options;
    this.#task = task;
    this.#ports = ports;
    const pace = { parallelLists, places, fullEveryMs, followMs, reserveMs, maxMessages };
    this.#options = { kinds, wantsCluster, ...pace, rules, newsHours };
    this.#time = new AtlasTime(ports);
    this.#known = new KnownJobs(task.projectId, ports.ledger);
    const { now } = this.#time;
    this.#assessment = new ProjectEvaluation(task, { ...ports, now }, this.#known, { rules, newsHours });
    this.#startedMs = ports.now();
    this.#usageBefore = { ...ports.atlas.usage };
  }

  async collect(): Promise<CollectResult> {
    const { projectId, runId } = this.#task;
    const read = await this.#ports.ledger.coverage(projectId);
    // A look that is not the one the coverage expects: another was queued since, or this one came twice.
    if (this.#isFollow && read?.followAt !== this.#task.followAt) return { part: this.#part() };
    const discovering = this.#discover();
    if (read) this.#beginLists(read);
    const found = await discovering;
    if (this.#isFollow) await this.#begun.answered;
    this.#time.warn(this.#ports.log, { runId, projectId });

    const isJudged = this.#time.isMeasured;
    const stored = read && this.#believed(read, isJudged);
    this.#assessment.begin(stored);
    const discovery = interpreted(found, stored, this.#time.at(this.#startedMs));
    const clusters = withDiscovery(stored?.clusters ?? {}, discovery);
    this.#noteMissing(discovery, clusters);
    for (const { list, error } of discovery.forLater) this.#leave(error, { what: `${list} clusters` });

    const chosen = selectLists(clusters, this.#task, this.#options);
    if (!this.#task.progress) this.#counts.clusters = new Set(chosen.map(({ cluster }) => cluster.clusterName)).size;
    this.#clustersLeftOut = this.#leftOutOf(clusters);
    const lists = [...chosen, ...leftBehind(stored, discovery)];
    const { parallelLists, places } = this.#options;
    const ahead = Math.floor(PAGES_AHEAD / Math.max(1, lists.length));
    await forEachConcurrent(lists, parallelLists, (list) =>
      places.lists.run(() => this.#readOne(list, discovery, ahead)),
    );

    this.#holdAgainstLists(discovery, clusters);
    const told = this.#time.isMeasured ? discovery : this.#withoutTime(discovery);
    // By a clock that may be wrong it can't be told whose events are still to come.
    if (this.#undone === 0 && this.#time.isMeasured) await this.#finishAssessment();
    await this.#saveCoverage(told, { read, stored, isJudged });
    if (this.#undone > 0 && !this.#mayGoOn) this.#giveUp();
    const part = this.#part();
    const isLeft = this.#assessment.hadToLook && this.#outOfTime();
    return { part, ...this.#next(part), ...this.#follow(), ...(isLeft ? { requestersLeft: true } : {}) };
  }

  /**
   * Where Atlas's time is not known, nothing counts as read, and no cluster as found or gone: jobs that came are recorded, and each
   * list that would have counted is a failure. Where nothing was answered at all, each has said so by itself.
   */
  #withoutTime(discovery: Discovery): Discovery {
    const { failure } = this.#time;
    const isReached = (attempt: Attempt) => !('failure' in attempt || 'lostSight' in attempt);
    const reached = this.#attempts.filter(({ attempt }) => isReached(attempt));
    const lists = Object.entries(discovery.lists).map(([list, found]) => [list, 'read' in found ? { failure } : found]);
    if (reached.length === 0 && Object.values(discovery.lists).every((found) => !('read' in found))) return discovery;
    for (const each of reached) {
      const added = 'reading' in each.attempt ? each.attempt.reading.counts.new : 0;
      each.attempt = { startedAt: each.attempt.startedAt, failure, added };
    }
    this.#counts.listsRead = 0;
    this.#fail({ what: 'clock', ...failure });
    return { ...discovery, clusters: [], lists: Object.fromEntries(lists) };
  }

  get #isFollow() {
    return this.#task.followAt !== undefined;
  }

  #discover(): Promise<RawDiscovery> | RawDiscovery {
    if (this.#isFollow) return nothingDiscovered();
    return discover(this.#ports.atlas, this.#task.projectId, this.#isForLater);
  }

  /**
   * Those that would be read anyway, unless their clusters are gone or replaced by now. In a process whose clock has not been
   * held against Atlas's, the lists of clusters come first: what is stored can't be judged before.
   */
  #beginLists(read: ProjectCoverage) {
    const isMeasuredBefore = this.#ports.atlas.clockSkewMs !== undefined;
    if (this.#task.progress || !(isMeasuredBefore || this.#isFollow)) return;
    const { projectId } = this.#task;
    const { atlas, now } = this.#ports;
    const lists = selectLists(read.clusters, this.#task, this.#options).filter((list) => !this.#wantsFull(list));
    this.#begun.begin(projectId, lists, { atlas, now, places: this.#options.places.lists });
  }

  /**
   * By the time that it is now: others write meanwhile. @param isJudged false where Atlas has answered nothing, so that our clock
   * was not held against anything, and nothing that is stored is to be doubted by it
   */
  #believed(coverage: ProjectCoverage, isJudged: boolean): ProjectCoverage {
    return isJudged ? believable(coverage, { now: this.#time.now(), followMs: this.#options.followMs }) : coverage;
  }

  /** A time that has not come yet tells nothing. */
  #isOld = (at: string) => {
    const ageMs = this.#time.now() - Date.parse(at);
    return ageMs >= this.#options.fullEveryMs || ageMs < -CLOCK_TOLERANCE_MS;
  };

  #noteMissing({ lists }: Discovery, clusters: Record<string, ClusterCoverage>) {
    for (const [list, found] of Object.entries(lists)) {
      if ('failure' in found) this.#fail({ what: `${list} clusters`, ...found.failure });
    }
    const { clusterName, projectName } = this.#task;
    if (clusterName !== undefined && !clusterNamed(clusters, clusterName)) {
      const message = `project ${projectName} has no cluster named ${clusterName}`;
      this.#fail({ clusterName, what: 'cluster', code: 'ATLAS_NOT_FOUND', message });
    }
  }

  /** @returns how many, where the choice of clusters leaves out all of them */
  #leftOutOf(clusters: Record<string, ClusterCoverage>): number | undefined {
    const { wantsCluster } = this.#options;
    if (wantsCluster === EVERY || this.#task.clusterName !== undefined) return undefined;
    const there = Object.values(clusters).filter(({ goneAt }) => goneAt === undefined);
    return there.some(({ clusterName }) => wantsCluster(clusterName)) ? undefined : there.length;
  }

  /** A list of clusters that leaves out one whose restores Atlas lists may have left out others, too: it was not read. */
  #holdAgainstLists(discovery: Discovery, clusters: Record<string, ClusterCoverage>) {
    const since = this.#task.progress?.startedAt ?? discovery.startedAt;
    const isRead = (clusterName: string, kind: Kind) =>
      this.#attempts.some(
        (made) =>
          made.clusterName === clusterName &&
          made.kind === kind &&
          'reading' in made.attempt &&
          made.attempt.reading.complete,
      );
    for (const [list, clusterName] of leftOut(clusters, discovery, { since, isRead })) {
      const message = `the list of ${list} clusters leaves out ${clusterName}, whose restores Atlas lists: it may leave out others, too`;
      const failure = { code: LIST_CONTRADICTS, message };
      discovery.lists[list] = { failure };
      this.#fail({ what: `${list} clusters`, ...failure });
    }
  }

  async #readOne(chosen: CollectedList, discovery: Discovery, ahead: number): Promise<void> {
    if (this.#outOfTime()) {
      this.#undone += 1;
      return;
    }
    const { cluster, kind } = chosen;
    const { clusterName, clusterId } = cluster;
    const { projectId, projectName, runId, progress } = this.#task;
    const stored = cluster.lists[kind];
    const source = { projectId, projectName, clusterName, ...(clusterId === undefined ? {} : { clusterId }) };
    const resume = progress && resumeSince(stored, progress.startedAt);
    const full = resume?.full ?? this.#wantsFull(chosen);
    const { attempt, undone, counts, unattributedFrom } = await collectList(
      {
        list: { kind, projectId, clusterName },
        ...{ source, runId, cluster, stored, full, resume, ahead },
        standing: standingOf(chosen, discovery),
        begun: full ? undefined : this.#begun.take(clusterName, kind, stored),
        isFollow: this.#isFollow,
      },
      {
        ...this.#ports,
        time: this.#time,
        known: this.#known,
        judge: (startedAt) => this.#assessment.judge(stored, startedAt),
        onRecorded: (recorded) => {
          this.#assessment.note(recorded);
          this.#ports.onRecorded?.(recorded, source);
        },
        outOfTime: this.#outOfTime,
        writes: this.#options.places.writes,
        isForLater: this.#isForLater,
      },
    );
    if (attempt) this.#noteAttempt(chosen, attempt);
    if (undone?.error) this.#leave(undone.error, { clusterName, what: `${kind} restore jobs` });
    else if (undone) this.#undone += 1;
    this.#count(counts);
    this.#assessment.lookFrom(unattributedFrom);
    const failed = attempt !== undefined && 'failure' in attempt;
    if (!undone) this.#ports.onList?.({ projectName, clusterName, kind, jobs: counts.seen, failed });
  }

  #noteAttempt({ cluster: { clusterName }, kind, isReplaced = false }: CollectedList, attempt: Attempt) {
    if (!isReplaced) this.#attempts.push({ clusterName, kind, attempt });
    if ('reading' in attempt && attempt.reading.complete) this.#counts.listsRead += 1;
    const what = `${kind} restore jobs`;
    if ('failure' in attempt) this.#fail({ clusterName, what, ...attempt.failure });
    else if ('reading' in attempt && attempt.reading.problems.length > 0) {
      this.#fail({ clusterName, what, code: 'ATLAS_BAD_ANSWER', message: unrecorded(attempt.reading) });
    }
  }

  #outOfTime = () => this.#ports.timeLeftMs() <= this.#options.reserveMs;

  #wantsFull = ({ cluster, kind }: SelectedList) => {
    const { fullReadAt } = cluster.lists[kind] ?? {};
    if (this.#task.full === true || fullReadAt === undefined || this.#isOld(fullReadAt)) return true;
    return fullReadAt < (formerSince(cluster, kind) ?? '');
  };

  #count(counts: ListCounts) {
    this.#counts.jobsSeen += counts.seen;
    this.#counts.jobsNew += counts.new;
    this.#counts.jobsChanged += counts.changed;
    this.#counts.jobsVanished += counts.vanished;
    this.#counts.problems += counts.problems;
  }

  /** A wait that did not fit into the time left, or a call that the end of it cut off. */
  #isForLater = (error: AtlasError): boolean =>
    this.#mayGoOn && (error.code === 'ATLAS_RATE_LIMITED' || (wasUnanswered(error) && this.#outOfTime()));

  get #mayGoOn() {
    return (this.#task.progress?.messages ?? 1) < this.#options.maxMessages;
  }

  /** Others are read all the same: they may be in another of Atlas's buckets. */
  #leave(error: AtlasError, list: Pick<ClusterFailure, 'clusterName' | 'what'>) {
    this.#undone += 1;
    const { code, message } = error;
    this.#left.push({ ...list, code, message });
    if (error.code === 'ATLAS_RATE_LIMITED')
      this.#stayAwayMs = Math.max(this.#stayAwayMs, error.retryAfterMs ?? 0, 1_000);
  }

  #fail(failure: ClusterFailure) {
    const { runId, projectId } = this.#task;
    const { message: reason, ...fields } = failure;
    this.#failures.push(failure);
    this.#ports.log.warn('could not be read', { runId, projectId, ...fields, reason });
  }

  #giveUp() {
    const message = `${this.#undone} lists were left after ${this.#options.maxMessages} messages: give the function more time`;
    this.#fail({ what: 'restore jobs', code: 'OUT_OF_TIME', message });
    this.#undone = 0;
  }

  async #finishAssessment(): Promise<void> {
    const sound = this.#failures.length === 0 && !this.#task.progress?.failures.length;
    await this.#assessment.finish({ sound, outOfTime: this.#outOfTime });
    const { projectName } = this.#task;
    const failure = this.#assessment.eventsFailure;
    if (!failure) return;
    this.#counts.eventsFailed = 1;
    this.#ports.onEventsFailed?.({ projectName, code: failure.code, message: failure.message });
  }

  async #saveCoverage(
    discovery: Discovery,
    { read, stored, isJudged }: Record<'read' | 'stored', ProjectCoverage | undefined> & { isJudged: boolean },
  ): Promise<void> {
    const { ledger } = this.#ports;
    const { projectId } = this.#task;
    const { now } = this.#time;
    const gone = clustersToArchive(stored, discovery, now());
    const [replaced, outnamed] = [clustersReplaced(stored, discovery), clustersOutnamed(discovery)];
    for (const cluster of [...gone, ...replaced]) await ledger.archiveCluster(projectId, cluster);
    for (const cluster of outnamed) await ledger.archiveCluster(projectId, cluster, { isNew: true });
    const foundOut = {
      task: this.#task,
      goesOn: this.#undone > 0 && this.#mayGoOn,
      discovery,
      attempts: this.#attempts,
      archived: { gone, others: [...replaced, ...outnamed] },
    };
    const next = (latest: ProjectCoverage | undefined) => {
      const before = latest && this.#believed(latest, isJudged);
      const coverage = projectCoverage(before, { ...foundOut, about: this.#assessment.about(before) });
      return this.#withNextLook(withDrills(coverage, this.#assessment.rules, new Date(now())));
    };
    await ledger.saveCoverage(projectId, next, read);
  }

  /** One look ahead at a time: where one is queued and still to come, another would start a second chain. */
  #withNextLook(coverage: ProjectCoverage): ProjectCoverage {
    const now = this.#time.now();
    const { followAt: queued, ...rest } = coverage;
    this.#followAt = undefined;
    if (queued !== undefined && Date.parse(queued) > now && queued !== this.#task.followAt) return coverage;
    if (!isMoving(coverage) || this.#options.followMs === 0) return rest;
    this.#followAt = new Date(now + this.#options.followMs).toISOString();
    return { ...rest, followAt: this.#followAt };
  }

  #part(): RunPart {
    const { progress, projectId, projectName } = this.#task;
    const counts = addCounts(progress?.counts ?? noCounts(), {
      ...this.#counts,
      ...this.#assessment.counts,
      ...this.#spent(),
    });
    const failures = [...(progress?.failures ?? []), ...this.#failures].slice(0, MAX_FAILURES);
    counts.clustersFailed = new Set(failures.map(({ clusterName, what }) => clusterName ?? what)).size;
    return {
      projectId,
      projectName,
      status: failures.length === 0 ? 'complete' : counts.listsRead + counts.jobsSeen === 0 ? 'failed' : 'incomplete',
      startedAt: progress?.startedAt ?? this.#time.at(this.#startedMs),
      finishedAt: this.#time.at(this.#ports.now()),
      counts,
      failures,
      ...(this.#clustersLeftOut === undefined ? {} : { clustersLeftOut: this.#clustersLeftOut }),
    };
  }

  #spent(): Pick<RunCounts, 'atlasRequests' | 'throttles' | 'waitedMs'> {
    const { usage } = this.#ports.atlas;
    const before = this.#usageBefore;
    return {
      atlasRequests: usage.requests + usage.tokenRequests - before.requests - before.tokenRequests,
      throttles: usage.throttles - before.throttles,
      waitedMs: usage.waitedMs - before.waitedMs,
    };
  }

  #next({ startedAt, counts, failures }: RunPart): Pick<CollectResult, 'next' | 'left'> {
    // A look at running jobs is followed by another one anyway.
    if (this.#undone === 0 || this.#isFollow) return {};
    const { progress: before, ...task } = this.#task;
    const progress = { startedAt, messages: (before?.messages ?? 1) + 1, counts, failures };
    const { runId, projectId } = task;
    this.#ports.log.info('out of time, going on in another message', { runId, projectId, lists: this.#undone });
    return {
      next: { task: { ...task, progress }, delayMs: this.#stayAwayMs },
      ...(this.#left.length > 0 ? { left: this.#left } : {}),
    };
  }

  #follow(): Pick<CollectResult, 'follow'> {
    if (this.#followAt === undefined) return {};
    const { progress: _, full: __, clusterName: ___, ...task } = this.#task;
    return { follow: { task: { ...task, followAt: this.#followAt }, delayMs: this.#options.followMs } };
  }
}

/** What came and has no id to record it by. */
function unrecorded({ counts: { problems: count }, problems: [first] }: ListReading): string {
  const jobs = count === 1 ? '1 restore job' : `${count} restore jobs`;
  const example = first ? `: ${first.jobId === undefined ? '' : `${first.jobId}: `}${problemText(first)}` : '';
  return `${jobs} could not be recorded without an id${example}`;
}

/** It may be answered later; a client that is closed answers nothing any more. */
const wasUnanswered = (error: AtlasError) => error.transient || error.status === undefined;

/** What this task's own discovery says of a list's cluster. */
function standingOf({ cluster, kind }: SelectedList, { startedAt, clusters }: Discovery): Standing {
  if (cluster.deleted || formerSince(cluster, kind) !== undefined) return 'former';
  const isFound = cluster.seenAt === startedAt && clusters.some(({ name }) => name === cluster.clusterName);
  return isFound ? 'present' : 'unknown';
}

/** Lists with open jobs of clusters whose names others have by now, which have no such list: nobody would look at them again. */
function leftBehind(stored: ProjectCoverage | undefined, discovery: Discovery): CollectedList[] {
  const tierOf = new Map(addressable(discovery.clusters).map(({ name, tier }) => [name, tier]));
  return clustersReplaced(stored, discovery).flatMap((cluster) => {
    const listed = LISTS_OF[tierOf.get(cluster.clusterName) ?? cluster.tier];
    const kinds = KINDS.filter((kind) => !listed.includes(kind) && (cluster.lists[kind]?.open ?? 0) > 0);
    return kinds.map((kind) => ({ cluster, kind, isReplaced: true }));
  });
}
