// functions/collector/list/read-list.ts reads one list of restore jobs, as far down as something can have changed, into the ledger.
//
// Every job of every page that is read is held against the table: a fingerprint in the coverage that is equal saves the look, and
// a job that is not in the table is recorded, however old. An answer that does not fit what is known raises a doubt, and a
// reading with a doubt is no reading: whoever asked for it reads the list to its end, or says that it failed.
import type { Atlas, JobList, JobPage } from '../../atlas/model/atlas.ts';
import { AtlasError } from '../../atlas/model/errors.ts';
import type { ListCoverage, Problem, Resume } from '../../ledger/model/coverage.ts';
import { fingerprint } from '../../ledger/model/fingerprint.ts';
import type { Ledger, Outcome, Recorded, Sighting } from '../../ledger/model/ledger.ts';
import { CLOCK_TOLERANCE_MS, isOfAnotherList } from '../../ledger/model/merge-observation.ts';
import type { Semaphore } from '../../platform/semaphore.ts';
import { FieldError } from '../../restore/field-reader.ts';
import { isOpen, type RestoreJob, type Source, type Status } from '../../restore/job.ts';
import { normalize } from '../../restore/normalize/normalize.ts';
import { isObjectId, lowestIdAt } from '../../restore/object-id.ts';
import type { RedactedJob } from '../../restore/redact/redact.ts';
import { isUnresolved } from '../evaluate/attribute-requesters.ts';
import type { RuleEvaluator } from '../evaluate/rule-evaluator.ts';
import type { AtlasTime } from './atlas-time.ts';
import { CompletedRestores } from './completed-restores.ts';
import type { Known, KnownJobs, KnownOfList } from './known-jobs.ts';
import { ListWindow } from './list-window.ts';
import { NEWEST, type PrefetchedList } from './prefetch.ts';
import { DAY_MS, Watermark } from './watermark.ts';

export interface ReadListPorts {
  atlas: Pick<Atlas, 'job'>;
  ledger: Ledger;
  time: AtlasTime;
  known: KnownJobs;
  /** True when the reading should stop at the next page, so that nothing is cut off half-way. */
  outOfTime(): boolean;
  /** True when someone waits for the end: then what is left of a page waits, too. @default never */
  isStopped?(): boolean;
  judge: RuleEvaluator;
  /** For one job written each. */
  writes: Semaphore;
  onRecorded?(recorded: Recorded, source: Source): void;
}

export interface ListTask {
  list: JobList;
  source: Source;
  runId: string;
  /** What the coverage knew of this list. */
  stored: ListCoverage | undefined;
  /** Read to the end, and look for jobs that have vanished. */
  full: boolean;
  /** Where an earlier message of the same order stopped. */
  resume?: Resume | undefined;
  /** Whose first page has been answered. */
  begun: PrefetchedList;
}

export type ListCounts = Record<Outcome | 'vanished' | 'seen' | 'problems', number>;

/** What one attempt found out. */
export interface ListReading {
  startedAt: string;
  complete: boolean;
  /** The list was read to its end, and every job that the table has of it was on it or is confirmed to have vanished. */
  full: boolean;
  /** What does not add up. The reading can't be relied on, though what it recorded is true. */
  doubt: string | undefined;
  /** Jobs of this list in the ledger; known after a full reading only. */
  total: number | undefined;
  counts: Readonly<ListCounts>;
  open: number;
  /** Open jobs worth a look every minute. */
  moving: number;
  settledThrough: string;
  recent: Record<string, string>;
  problems: Problem[];
  /** The restores that were completed, and those that may have been. */
  successes: Pick<ListCoverage, 'lastCompleted' | 'durations' | 'notUnderstood'>;
  resume?: Resume;
}

/** Fingerprints of unsettled jobs kept for one list, 45 bytes each; those of the newest settled ones come to them. */
const MAX_RECENT = 50;
const MAX_PROBLEMS = 10;
/** Single reads spent in one attempt on confirming that a job is really gone; the rest waits for the next full read. */
const MAX_CONFIRMATIONS = 100;
/** Places for writing that one list may have or wait for. */
const MAX_WRITES = 16;

/** Memory: a page, and an id for each job of it; in a full reading of all of the list's, with a fingerprint. */
export class ListReader {
  readonly counts: ListCounts = {
    new: 0,
    changed: 0,
    progress: 0,
    same: 0,
    stale: 0,
    vanished: 0,
    seen: 0,
    problems: 0,
  };
  readonly #task: ListTask;
  readonly #ports: ReadListPorts;
  readonly #startedAt: string;
  readonly #askedAt: string;
  /** Jobs requested before this are known and settled. Absent: look at all. */
  readonly #settledThrough: string | undefined;
  /** Fingerprints of the coverage. */
  readonly #recent: Record<string, string>;
  readonly #newestRecent: string;
  readonly #unsettled: Watermark;
  readonly #window: ListWindow;
  /** Fingerprints for the next reading. */
  readonly #held = new Map<string, string>();
  readonly #problems: Problem[] = [];
  readonly #successes = new CompletedRestores();
  /** Request time of the oldest job of which it is still to be found out who asked for it. */
  unattributedFrom: string | undefined;
  /** A job was met that the table had. */
  #metKnown = false;
  /** Jobs of the list that the table had not. */
  #unknown = 0;
  /** Jobs of the last page were left, as the run was stopped. */
  #cutPage = false;
  #doubt: string | undefined;
  #unproven: boolean;

  constructor(task: ListTask, ports: ReadListPorts) {
    const { full, resume, stored, begun } = task;
    // When it was asked for, not when it is looked at: of two answers the one asked for later wins.
    this.#askedAt = ports.time.at(begun.askedMs);
    this.#task = task;
    this.#ports = ports;
    this.#startedAt = resume?.startedAt ?? this.#askedAt;
    this.#settledThrough = full ? undefined : stored?.settledThrough;
    this.#recent = stored?.recent ?? {};
    this.#newestRecent = Object.keys(this.#recent).reduce((a, b) => (b > a ? b : a), '');
    this.#unsettled = new Watermark(this.#startedAt, resume);
    this.#window = new ListWindow(resume);
    this.#unproven = resume?.unproven ?? false;
    this.#doubt = resume?.doubt;
  }

  /** @throws AtlasError, LedgerError; what was recorded until then stays recorded, and `counts` tells of it. */
  async read(): Promise<ListReading> {
    const { full, list, resume, begun } = this.#task;
    let known: KnownOfList | undefined;
    let ended = false;
    for await (const page of begun.pages()) {
      // Not before: a list that is not there costs no reading of the table.
      if (full) known ??= await this.#ports.known.ofList(list);
      const reachedSettled = await this.#recordPage(page, known);
      // It is asked for again: what was recorded of it is known by then.
      if (this.#cutPage) return this.#cutShort(page.pageNum, known);
      ended = page.last;
      if (page.short) this.#doubtful(`${page.short.seen} of ${page.short.totalCount} jobs came, in two readings`);
      if (page.miscounted) this.#doubtful(`Atlas says that ${page.miscounted} is how many there are, in two readings`);
      if (page.moved) this.#doubtful('it shrank in each of two readings');
      if (page.last || (reachedSettled && this.#window.descending && !page.oddlyCounted)) break;
      if (this.#ports.outOfTime()) return this.#cutShort(page.pageNum + 1, known);
    }
    this.#unsettled.endOfList();
    if (known) await this.#findVanished(known, true);
    else this.#holdAgainstCoverage(ended);
    // Jobs that moved up between two parts of a reading were on neither, unless the order shows that there were none.
    if (resume && !this.#window.descending) this.#unproven = true;
    return this.#reading({ complete: true, ...(known ? { total: known.size + this.#unknown } : {}) });
  }

  /** @returns true where the page holds a job from before `settledThrough` that was known */
  async #recordPage(page: JobPage, known: KnownOfList | undefined): Promise<boolean> {
    const understood: { job: RestoreJob; print: string }[] = [];
    for (const element of page.jobs) {
      if (!this.#window.see(element)) continue;
      const job = this.#understand(element);
      if (!job) continue;
      this.counts.seen += 1;
      this.#successes.see(job);
      this.#unsettled.see(job);
      understood.push({ job, print: fingerprint(job) });
    }
    const found = known ?? (await this.#lookedUp(understood));
    const changed: { job: RestoreJob; before: boolean }[] = [];
    const due: RestoreJob[] = [];
    let reachedSettled = false;
    for (const { job, print } of understood) {
      const before = found.get(job.jobId) ?? this.#hinted(job, print);
      const isSettled = this.#settledThrough !== undefined && job.requestedAt < this.#settledThrough;
      if (before) {
        this.#metKnown = true;
        reachedSettled ||= isSettled;
      } else {
        this.#unknown += 1;
        if (isSettled) this.#doubtful(`job ${job.jobId} is new, though older than others that were settled`);
      }
      if (before && !before.vanished && !before.altered && before.fingerprint === print) {
        this.counts.same += 1;
        this.#hold(job.jobId, print, job.status);
        if (before.unattributed) this.#notAttributed(job);
        if (isOpen(job.status) && this.#ports.judge.isDue(job)) due.push(job);
      } else changed.push({ job, before: before !== undefined });
    }
    await this.#ports.judge.prepare(changed.map(({ job }) => job));
    await this.#ports.judge.prepareDue(due);
    const { writes } = this.#ports;
    await writes.forEach(changed, MAX_WRITES, async ({ job, before }) => {
      if (this.#mayGoOn()) await this.#record(job, before);
    });
    await writes.forEach(due, MAX_WRITES, async (job) => {
      if (this.#mayGoOn()) await this.#judge(job);
    });
    return reachedSettled;
  }

  #mayGoOn(): boolean {
    this.#cutPage ||= this.#ports.isStopped?.() === true;
    return !this.#cutPage;
  }

  /** What the table has of those that the coverage does not vouch for. Newer ones than it knows are tried to be added at once. */
  #lookedUp(understood: readonly { job: RestoreJob; print: string }[]): Promise<KnownOfList> {
    const unsure = understood.filter(({ job, print }) => {
      const isNewer = this.#newestRecent !== '' && job.jobId > this.#newestRecent;
      return !isNewer && !this.#hinted(job, print);
    });
    return this.#ports.known.byId(unsure.map(({ job }) => job.jobId));
  }

  #hinted({ jobId, status }: RestoreJob, print: string): Known | undefined {
    if (this.#task.full || !Object.hasOwn(this.#recent, jobId) || this.#recent[jobId] !== print) return undefined;
    const open = isOpen(status);
    return { fingerprint: print, observedMs: 0, vanished: false, open, unattributed: false, altered: false };
  }

  /** An incremental reading sees only the top of a list, which has to fit to what was seen of it before. */
  #holdAgainstCoverage(ended: boolean) {
    if (!this.#window.descending) this.#doubtful('it is not newest first');
    const missing = Object.keys(this.#recent).filter((id) => !this.#window.has(id) && this.#window.passed(id, ended));
    if (missing.length > 0) this.#doubtful(`job ${missing[0]} was on it and is not any more`);
    const { stored, resume } = this.#task;
    const { jobs = 0 } = stored ?? {};
    // An earlier part may have met them.
    if (ended && jobs > 0 && !this.#metKnown && !resume)
      this.#doubtful(`none of the ${jobs} jobs that are known of it are on it`);
  }

  #doubtful(doubt: string) {
    this.#doubt ??= doubt;
  }

  #understand(element: JobPage['jobs'][number]): RestoreJob | undefined {
    try {
      if ('notAJob' in element) throw new FieldError('results[]', 'an object', element.notAJob);
      const job = normalize(this.#task.list.kind, element, this.#task.source, new Date(this.#askedAt));
      const other = otherSource(element, job);
      if (other === undefined) return job;
      // It stands in the list of that one, which is read as well.
      this.#doubtful(`job ${job.jobId} on it is of ${other}`);
      this.#unsettled.missed(job.jobId);
      return undefined;
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      const id = idOf(element);
      // It may have changed all the same, and may be understood next time.
      this.#unsettled.missed(isObjectId(id) ? id : undefined);
      this.counts.problems += 1;
      const { field, expected, got } = error;
      const problem = { ...(id === undefined ? {} : { jobId: id.slice(0, 64) }), field, expected, got };
      if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
      return undefined;
    }
  }

  async #record(job: RestoreJob, isKnown: boolean): Promise<Recorded> {
    const { ledger, judge, known } = this.#ports;
    const recorded = await known.noting(job.jobId, () =>
      ledger.record(job, this.#sighting, isKnown, judge.annotating(job)),
    );
    this.counts[recorded.outcome] += 1;
    const { clusterName, kind } = recorded.job;
    if (isOfAnotherList(recorded.job, job)) {
      this.#doubtful(`job ${job.jobId} on it is a ${kind} restore of ${clusterName}`);
      this.#unsettled.missed(job.jobId);
      return recorded;
    }
    if (isUnresolved(recorded.job.requester)) this.#notAttributed(recorded.job);
    // What the ledger holds, not what we saw: where another collector was ahead, the next reading compares with theirs.
    this.#hold(job.jobId, recorded.job.fingerprint, recorded.job.status);
    this.#ports.onRecorded?.(recorded, this.#task.source);
    return recorded;
  }

  get #sighting(): Sighting {
    return { runId: this.#task.runId, observedAt: this.#askedAt, now: this.#ports.time.now };
  }

  /** A job that looks as it did, and yet has run for too long by now, or is held against other rules. */
  async #judge({ jobId }: RestoreJob) {
    const { ledger, judge } = this.#ports;
    const recorded = await ledger.annotate(this.#task.list.projectId, jobId, this.#sighting, judge.annotate);
    this.#ports.onRecorded?.(recorded, this.#task.source);
  }

  #notAttributed({ requestedAt: at }: Pick<RestoreJob, 'requestedAt'>) {
    if (this.unattributedFrom === undefined || at < this.unattributedFrom) this.unattributedFrom = at;
  }

  /** As many as may be wanted, and for a moment twice as many. */
  #hold(jobId: string, print: string, status: Status) {
    this.#unsettled.hold(jobId, status);
    this.#held.set(jobId, print);
    if (this.#held.size <= 2 * (MAX_RECENT + NEWEST)) return;
    const newest = [...this.#held.keys()].sort().slice(-(MAX_RECENT + NEWEST));
    const kept = new Set(newest);
    for (const id of this.#held.keys()) if (!kept.has(id)) this.#held.delete(id);
  }

  /** Jobs that the table had before the list was asked for, that the list passed without showing them. */
  async #findVanished(known: KnownOfList, ended: boolean) {
    const { time } = this.#ports;
    const wasThere = ({ vanished, observedMs }: Known) =>
      !vanished && (observedMs < Date.parse(this.#startedAt) || observedMs > time.now() + CLOCK_TOLERANCE_MS);
    const missing = [...known].filter(
      ([id, job]) => !this.#window.has(id) && wasThere(job) && this.#window.passed(id, ended),
    );
    if (missing.length > MAX_CONFIRMATIONS) this.#unproven = true;
    for (const [jobId] of missing.slice(0, MAX_CONFIRMATIONS)) {
      if (this.#ports.outOfTime()) {
        this.#unproven = true;
        // Nobody could ask whether they are gone.
        if (!this.#metKnown && !this.#task.resume)
          this.#doubtful(`none of the ${known.size} jobs that are known of it are on it`);
        return;
      }
      await this.#confirmVanished(jobId);
    }
  }

  /** A list that shrinks while it is read skips jobs, so one that is missing is asked for by its id. */
  async #confirmVanished(jobId: string) {
    const element = await this.#asked(jobId, (error) => error.absence === 'job');
    if (!element) return this.#markVanished(jobId);
    this.#doubtful(`job ${jobId} is not on it, though Atlas has it`);
    await this.#recordOne(element);
  }

  /** A job of a list that is not there any more. @returns whether it is still open @throws AtlasError, LedgerError */
  async settle(jobId: string): Promise<boolean> {
    const element = await this.#asked(jobId, ({ absence }) => absence !== undefined && absence !== 'project');
    if (element) {
      const recorded = await this.#recordOne(element);
      return recorded === undefined || isOpen(recorded.job.status);
    }
    await this.#markVanished(jobId);
    return false;
  }

  /** Undefined where Atlas says that it is not there. */
  async #asked(jobId: string, isGone: (error: AtlasError) => boolean): Promise<RedactedJob | undefined> {
    try {
      return await this.#ports.atlas.job(this.#task.list, jobId);
    } catch (error) {
      if (error instanceof AtlasError && isGone(error)) return undefined;
      throw error;
    }
  }

  async #recordOne(element: RedactedJob): Promise<Recorded | undefined> {
    const job = this.#understand(element);
    if (!job) return undefined;
    await this.#ports.judge.prepare([job]);
    return this.#record(job, true);
  }

  async #markVanished(jobId: string) {
    const { list, source } = this.#task;
    const recorded = await this.#ports.ledger.markVanished(list.projectId, jobId, this.#sighting);
    if (recorded.outcome === 'changed') this.counts.vanished += 1;
    this.#ports.onRecorded?.(recorded, source);
  }

  async #cutShort(page: number, known: KnownOfList | undefined): Promise<ListReading> {
    const { full } = this.#task;
    const { descending, checked } = this.#window;
    if (!known) this.#holdAgainstCoverage(false);
    else if (descending) await this.#findVanished(known, false);
    const unproven = this.#unproven || !descending;
    const resume = {
      full,
      page,
      startedAt: this.#startedAt,
      descending,
      ...(checked ? { checked } : {}),
      ...(unproven ? { unproven } : {}),
      ...(this.#doubt === undefined ? {} : { doubt: this.#doubt }),
      ...this.#unsettled.forResume(),
    };
    return { ...this.#reading({ complete: false }), resume };
  }

  #reading({ complete, total }: { complete: boolean; total?: number }): ListReading {
    const aDayAgo = new Date(Date.parse(this.#startedAt) - DAY_MS).toISOString();
    const settledThrough = this.#unsettled.settledThrough();
    return {
      startedAt: this.#startedAt,
      complete,
      full: this.#task.full && complete && !this.#unproven && this.#doubt === undefined,
      doubt: this.#doubt,
      total,
      counts: this.counts,
      open: this.#unsettled.count(() => true),
      moving: this.#unsettled.count((at, status) => status !== 'READY' && at >= aDayAgo),
      settledThrough,
      recent: this.#recentFrom(settledThrough),
      problems: this.#problems,
      successes: this.#successes.seen,
    };
  }

  /** The unsettled ones, as far as there is room, and the newest of the settled. Below the page that was read, those of before. */
  #recentFrom(settledThrough: string): Record<string, string> {
    const lowest = lowestIdAt(settledThrough);
    const before = this.#task.full ? [] : Object.entries(this.#recent);
    const newestFirst = [...new Map([...before, ...this.#held])].sort(([a], [b]) => (a < b ? 1 : -1));
    const unsettled = newestFirst.filter(([id]) => id >= lowest).slice(0, MAX_RECENT);
    const settled = newestFirst.filter(([id]) => id < lowest).slice(0, NEWEST);
    return Object.fromEntries([...unsettled, ...settled]);
  }
}

/** The cluster, or project, that a job says it is of, where that is another one than was asked for: only flex jobs say so (docs/atlas.md#1-2). */
function otherSource({ atlas }: RedactedJob, { kind, projectId, clusterName }: RestoreJob): string | undefined {
  if (kind !== 'flex') return undefined;
  const { instanceName, projectId: project } = atlas;
  if (typeof project === 'string' && project !== projectId) return `project ${project.slice(0, 24)}`;
  return typeof instanceName === 'string' && instanceName !== clusterName ? instanceName.slice(0, 64) : undefined;
}

function idOf(element: JobPage['jobs'][number]): string | undefined {
  const id = 'atlas' in element ? element.atlas.id : undefined;
  return typeof id === 'string' ? id : undefined;
}
