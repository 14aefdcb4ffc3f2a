// functions/collect/collect.ts is the core: it brings one project's restore jobs and its coverage up to date.
import type { Atlas, AtlasUsage } from '../atlas/atlas.ts';
import { AtlasError } from '../atlas/errors.ts';
import { type ClusterCoverage, clusterNamed, type ListCoverage, type ProjectCoverage } from '../ledger/coverage.ts';
import { LedgerError } from '../ledger/errors.ts';
import type { Ledger, Recorded } from '../ledger/ledger.ts';
import { NEWS_HOURS } from '../ledger/old-news.ts';
import { addCounts, type ClusterFailure, noCounts, type RunCounts, type RunPart } from '../ledger/run.ts';
import type { Log } from '../log.ts';
import { KINDS, type Kind, type Source } from '../restore/job.ts';
import { DEFAULT_RULES, type Rules } from '../restore/rules.ts';
import { Assessment } from './assessment.ts';
import { type BegunList, beginLists } from './begin-lists.ts';
import { type ChosenList, chooseLists, resumeSince } from './choose-lists.ts';
import { type Discovery, discover, withDiscovery } from './discover.ts';
import { withDrills } from './drills.ts';
import { inParallel } from './in-parallel.ts';
import type { Attempt } from './list-coverage.ts';
import type { CollectOrder } from './order.ts';
import { PARALLEL_LISTS, type SharedPlaces, sharedPlaces } from './places.ts';
import { clustersReplaced, clustersToArchive, isMoving, projectCoverage } from './project-coverage.ts';
import { type ListCounts, ListReader } from './read-list.ts';

export interface CollectPorts {
  atlas: Atlas;
  ledger: Ledger;
  log: Log;
  now(): number;
  /** Until the platform stops us, in ms; Infinity where nothing does. */
  timeLeftMs(): number;
  /** Told of each job that was not known to be unchanged. */
  onRecorded?(recorded: Recorded, source: Source): void;
  /** Told when a list is done with. */
  onList?(list: { projectName: string; clusterName: string; kind: Kind; jobs: number; failed: boolean }): void;
}

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
  places?: SharedPlaces;
  /** How old the last reading to the end may be before the next one is made, in ms. @default a day */
  fullEveryMs?: number;
  /** When to look again at a project with a job that runs, in ms. 0: never. @default 60_000 */
  followMs?: number;
  /** Kept back for writing the coverage and the next message, in ms. @default 15_000 */
  reserveMs?: number;
  /** Messages that one order may take before what is left counts as failed. @default 100 */
  maxMessages?: number;
}

/** An order for later. */
export interface Later {
  order: CollectOrder;
  delayMs: number;
}

export interface CollectResult {
  /** What this order, with the messages before it, has done; final unless `next` is there. */
  part: RunPart;
  /** Time ran out: this is left to do. */
  next?: Later;
  /** Jobs are running: this looks at them again. */
  follow?: Later;
}

const MAX_FAILURES = 100;
/** Pages of all lists of a project that may wait in memory for those before them. */
const PAGES_AHEAD = 16;

/**
 * One failing cluster costs only itself: it is named in the part and in the coverage. The coverage is read first and
 * written last, so that a crash in between only repeats idempotent writes.
 * @throws LedgerError where the ledger can't be read or the coverage not written; the order can be given again
 */
export async function collectProject(
  order: CollectOrder,
  ports: CollectPorts,
  options: CollectOptions = {},
): Promise<CollectResult> {
  return new ProjectCollector(order, ports, options).collect();
}

class ProjectCollector {
  readonly #order: CollectOrder;
  readonly #ports: CollectPorts;
  readonly #options: Required<CollectOptions>;
  readonly #startedAt: string;
  readonly #usageBefore: AtlasUsage;
  readonly #attempts: { clusterName: string; kind: Kind; attempt: Attempt }[] = [];
  readonly #failures: ClusterFailure[] = [];
  readonly #counts = noCounts();
  readonly #assessment: Assessment;
  #begun: readonly BegunList[] = [];
  /** Lists that time, or Atlas's rate limit, left undone. */
  #undone = 0;
  /** How long Atlas asked us to stay away, in ms. */
  #stayAwayMs = 0;
  /** When the next look is due, where this collector is the one to queue it. */
  #followAt: string | undefined;

  constructor(order: CollectOrder, ports: CollectPorts, options: CollectOptions) {
    const {
      kinds = KINDS,
      wantsCluster = () => true,
      parallelLists = PARALLEL_LISTS,
      fullEveryMs = 86_400_000,
    } = options;
    const { followMs = 60_000, reserveMs = 15_000, maxMessages = 100 } = options;
    const { rules = DEFAULT_RULES, newsHours = NEWS_HOURS, places = sharedPlaces(parallelLists) } = options;
    this.#order = order;
    this.#ports = ports;
    const pace = { parallelLists, places, fullEveryMs, followMs, reserveMs, maxMessages };
    this.#options = { kinds, wantsCluster, ...pace, rules, newsHours };
    this.#assessment = new Assessment(order, ports, { rules, newsHours });
    this.#startedAt = new Date(ports.now()).toISOString();
    this.#usageBefore = { ...ports.atlas.usage };
  }

  async collect(): Promise<CollectResult> {
    const stored = await this.#ports.ledger.coverage(this.#order.projectId);
    // A look that is not the one the coverage expects: another was queued since, or this one came twice.
    if (this.#isFollow && stored?.followAt !== this.#order.followAt) return { part: this.#part() };
    this.#assessment.begin(stored);
    const discovering = this.#discover(stored);
    this.#beginLists(stored);
    const discovery = await discovering;
    const clusters = withDiscovery(stored?.clusters ?? {}, discovery);
    this.#noteMissing(discovery, clusters);
    for (const error of discovery.forLater) this.#leave(error);

    const lists = chooseLists(clusters, this.#order, this.#options);
    if (!this.#order.progress) this.#counts.clusters = new Set(lists.map(({ cluster }) => cluster.clusterName)).size;
    const { parallelLists, places } = this.#options;
    const ahead = Math.floor(PAGES_AHEAD / Math.max(1, lists.length));
    await inParallel(lists, parallelLists, (list) => places.lists.hold(() => this.#readOne(list, ahead)));

    if (this.#undone === 0) await this.#finishAssessment();
    await this.#saveCoverage(discovery, stored);
    if (this.#undone > 0 && !this.#mayGoOn) this.#giveUp();
    const part = this.#part();
    return { part, ...this.#next(part), ...this.#follow() };
  }

  get #isFollow() {
    return this.#order.followAt !== undefined;
  }

  #discover(stored: ProjectCoverage | undefined): Promise<Discovery> | Discovery {
    if (this.#isFollow) return { startedAt: this.#startedAt, clusters: [], lists: {}, forLater: [] };
    // A list of clusters that is switched off is asked for again once a day.
    const askedAt = stored?.discovery.serverless?.attemptedAt;
    const full = this.#order.full === true || askedAt === undefined || this.#isOld(askedAt);
    const { now } = this.#ports;
    return discover(this.#ports.atlas, this.#order.projectId, stored, { full, now, isForLater: this.#isForLater });
  }

  /** Those that would be read anyway, unless their clusters are gone or replaced by now. */
  #beginLists(stored: ProjectCoverage | undefined) {
    if (!stored || this.#isFollow || this.#order.progress) return;
    const { projectId } = this.#order;
    const { atlas, now } = this.#ports;
    const lists = chooseLists(stored.clusters, this.#order, this.#options).filter(
      ({ cluster, kind }) => !this.#wantsFull(cluster.lists[kind]),
    );
    this.#begun = beginLists(projectId, lists, { atlas, now, places: this.#options.places.lists });
  }

  #isOld = (at: string) => this.#ports.now() - Date.parse(at) >= this.#options.fullEveryMs;

  #noteMissing({ lists }: Discovery, clusters: Record<string, ClusterCoverage>) {
    for (const [list, found] of Object.entries(lists)) {
      if ('failure' in found) this.#fail({ what: `${list} clusters`, ...found.failure });
    }
    const { clusterName, projectName } = this.#order;
    if (clusterName !== undefined && !clusterNamed(clusters, clusterName)) {
      const message = `project ${projectName} has no cluster named ${clusterName}`;
      this.#fail({ clusterName, what: 'cluster', code: 'ATLAS_NOT_FOUND', message });
    }
  }

  async #readOne({ cluster: { clusterName, clusterId, lists }, kind }: ChosenList, ahead: number): Promise<void> {
    if (this.#outOfTime() || this.#stayAwayMs > 0) {
      this.#undone += 1;
      return;
    }
    const { projectId, projectName, runId } = this.#order;
    const stored = lists[kind];
    const begun = this.#begun.find((each) => each.stored === stored);
    const startedAt = begun?.askedAt ?? new Date(this.#ports.now()).toISOString();
    const list = { kind, projectId, clusterName };
    const source = { projectId, projectName, clusterName, ...(clusterId === undefined ? {} : { clusterId }) };
    const resume = this.#order.progress && resumeSince(stored, this.#order.progress.startedAt);
    const task = { list, source, runId, stored, full: resume?.full ?? this.#wantsFull(stored), resume, ahead, begun };
    const judge = this.#assessment.judge(stored, startedAt);
    const { writes } = this.#options.places;
    const onRecorded = (recorded: Recorded) => {
      this.#assessment.note(recorded);
      this.#ports.onRecorded?.(recorded, source);
    };
    const reader = new ListReader(task, { ...this.#ports, judge, onRecorded, outOfTime: this.#outOfTime, writes });
    let failed = false;
    try {
      const reading = await reader.read();
      this.#attempts.push({ clusterName, kind, attempt: { startedAt, reading } });
      if (reading.complete) this.#counts.listsRead += 1;
      else this.#undone += 1;
    } catch (error) {
      failed = this.#noteError(error, { clusterName, kind, startedAt, added: reader.counts.new });
    }
    this.#count(reader.counts);
    this.#assessment.lookFrom(reader.unattributedFrom);
    this.#ports.onList?.({ projectName, clusterName, kind, jobs: reader.counts.seen, failed });
  }

  #outOfTime = () => this.#ports.timeLeftMs() <= this.#options.reserveMs;

  #wantsFull = (stored: ListCoverage | undefined) =>
    this.#order.full === true || stored?.fullReadAt === undefined || this.#isOld(stored.fullReadAt);

  #count(counts: ListCounts) {
    this.#counts.jobsSeen += counts.seen;
    this.#counts.jobsNew += counts.new;
    this.#counts.jobsChanged += counts.changed;
    this.#counts.jobsVanished += counts.vanished;
    this.#counts.problems += counts.problems;
  }

  /** @returns true where it is a failure */
  #noteError(error: unknown, at: { clusterName: string; kind: Kind; startedAt: string; added: number }): boolean {
    if (!(error instanceof AtlasError || error instanceof LedgerError)) throw error;
    const { clusterName, kind, startedAt, added } = at;
    const answer = error instanceof AtlasError ? noSuchList(error, kind) : undefined;
    if (answer !== undefined) {
      this.#attempts.push({ clusterName, kind, attempt: { startedAt, answer } });
      return false;
    }
    if (error instanceof AtlasError && this.#isForLater(error)) {
      this.#leave(error);
      return false;
    }
    const { code, message } = error;
    this.#attempts.push({ clusterName, kind, attempt: { startedAt, failure: { code, message }, added } });
    this.#fail({ clusterName, what: `${kind} restore jobs`, code, message });
    return true;
  }

  /** A wait that did not fit into the time left, or a call that the end of it cut off. */
  #isForLater = (error: AtlasError): boolean =>
    this.#mayGoOn && (error.code === 'ATLAS_RATE_LIMITED' || (error.transient && this.#outOfTime()));

  get #mayGoOn() {
    return (this.#order.progress?.messages ?? 1) < this.#options.maxMessages;
  }

  #leave(error: AtlasError) {
    this.#undone += 1;
    if (error.code === 'ATLAS_RATE_LIMITED')
      this.#stayAwayMs = Math.max(this.#stayAwayMs, error.retryAfterMs ?? 0, 1_000);
  }

  #fail(failure: ClusterFailure) {
    const { runId, projectId } = this.#order;
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
    const full = this.#attempts.some(({ attempt }) => 'reading' in attempt && attempt.reading.full);
    const sound = this.#failures.length === 0 && !this.#order.progress?.failures.length;
    await this.#assessment.finish({ full, sound, outOfTime: this.#outOfTime });
  }

  async #saveCoverage(discovery: Discovery, read: ProjectCoverage | undefined): Promise<void> {
    const { ledger, now } = this.#ports;
    const { projectId } = this.#order;
    const gone = clustersToArchive(read, discovery, now());
    for (const cluster of [...gone, ...clustersReplaced(read, discovery)])
      await ledger.archiveCluster(projectId, cluster);
    const foundOut = {
      order: this.#order,
      discovery,
      attempts: this.#attempts,
      archived: gone.map(({ clusterName }) => clusterName),
    };
    const next = (stored: ProjectCoverage | undefined) => {
      const coverage = projectCoverage(stored, { ...foundOut, about: this.#assessment.about(stored) });
      return this.#withNextLook(withDrills(coverage, this.#assessment.rules, new Date(now())));
    };
    await ledger.saveCoverage(projectId, next, read);
  }

  /** One look ahead at a time: where one is queued and still to come, another would start a second chain. */
  #withNextLook(coverage: ProjectCoverage): ProjectCoverage {
    const now = this.#ports.now();
    const { followAt: queued, ...rest } = coverage;
    this.#followAt = undefined;
    if (queued !== undefined && Date.parse(queued) > now && queued !== this.#order.followAt) return coverage;
    if (!isMoving(coverage) || this.#options.followMs === 0) return rest;
    this.#followAt = new Date(now + this.#options.followMs).toISOString();
    return { ...rest, followAt: this.#followAt };
  }

  #part(): RunPart {
    const { progress, projectId, projectName } = this.#order;
    const counts = addCounts(progress?.counts ?? noCounts(), {
      ...this.#counts,
      ...this.#assessment.counts,
      ...this.#spent(),
    });
    const failures = [...(progress?.failures ?? []), ...this.#failures].slice(0, MAX_FAILURES);
    counts.clustersFailed = new Set(failures.map(({ clusterName, what }) => clusterName ?? what)).size;
    const finishedAt = new Date(this.#ports.now()).toISOString();
    return {
      projectId,
      projectName,
      status: failures.length === 0 ? 'complete' : counts.listsRead + counts.jobsSeen === 0 ? 'failed' : 'incomplete',
      startedAt: progress?.startedAt ?? this.#startedAt,
      finishedAt,
      counts,
      failures,
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

  #next({ startedAt, counts, failures }: RunPart): Pick<CollectResult, 'next'> {
    // A look at running jobs is followed by another one anyway.
    if (this.#undone === 0 || this.#isFollow) return {};
    const { progress: before, ...order } = this.#order;
    const progress = { startedAt, messages: (before?.messages ?? 1) + 1, counts, failures };
    const { runId, projectId } = order;
    this.#ports.log.info('out of time, going on in another message', { runId, projectId, lists: this.#undone });
    return { next: { order: { ...order, progress }, delayMs: this.#stayAwayMs } };
  }

  #follow(): Pick<CollectResult, 'follow'> {
    if (this.#followAt === undefined) return {};
    const { progress: _, full: __, clusterName: ___, ...order } = this.#order;
    return { follow: { order: { ...order, followAt: this.#followAt }, delayMs: this.#options.followMs } };
  }
}

/** Atlas's code where it says that the list does not exist for this cluster, which is an answer: it holds no jobs. */
function noSuchList(error: AtlasError, kind: Kind): string | undefined {
  const { code, errorCode } = error;
  const absent = code === 'ATLAS_WRONG_TIER' || code === 'ATLAS_GONE' || code === 'ATLAS_NOT_FOUND';
  // Collection-level restores are not in every plan; the backup list of the same cluster is read all the same.
  const notInPlan =
    kind === 'collection' && (errorCode === 'FEATURE_UNSUPPORTED' || errorCode === 'UNSUPPORTED_FOR_CURRENT_PLAN');
  return absent || notInPlan ? (errorCode ?? code) : undefined;
}
