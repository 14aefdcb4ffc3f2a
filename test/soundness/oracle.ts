// test/soundness/oracle.ts: every restore that Atlas ever had in scope, and the verdict on what is claimed of them. It shares no code
// with what it evaluates.
import { isUnknowable, SECOND_MS } from './limits.ts';
import { isJobsOf, isListOf, type Log } from './log.ts';
import {
  type Cluster,
  createdAt,
  isListed,
  isRetained,
  isVisible,
  type Job,
  type Kind,
  lastListedAt,
  listsAt,
  type Phase,
  type Project,
  stageAt,
  stageOf,
  type World,
} from './outside/world.ts';

export type Rule =
  /** A period is called complete, and a restore of it is missing. */
  | 'complete, job missing'
  /** ... or is not as it was at any moment since the period ended. */
  | 'complete, job wrong'
  | 'complete, no projects read'
  | 'complete, before its end'
  /** A run is called complete, and did not read something in scope. */
  | 'run complete, nothing visible'
  | 'run complete, project out of sight'
  | 'run complete, projects not read'
  | 'run complete, clusters not read'
  | 'run complete, jobs not read'
  /** ... or did, and did not keep what it was shown. */
  | 'run complete, shown job not recorded'
  | 'read to its end, job missing'
  | 'verify unbroken, jobs gone'
  | 'verify unbroken, jobs not looked at'
  | 'coverage ok, list not read'
  | 'coverage none, list there'
  | 'recorded job gone'
  /** A period that reaches to before what is kept is called complete. */
  | 'complete, let go'
  | 'let go too early'
  | 'open job let go'
  | 'let-go job is back'
  | 'crash'
  | 'hang'
  /** What ought to come right again, and does not. */
  | 'liveness: run'
  | 'liveness: period'
  | 'liveness: old period'
  | 'liveness: verify';

export interface Violation {
  rule: Rule;
  at: number;
  text: string;
  /** What the ledger gives as the reason. */
  reason?: string;
}

/** A job as the ledger has it. */
export interface Row {
  jobId: string;
  projectId: string;
  clusterName: string;
  kind: Kind;
  status: string;
}

export interface JudgedRun {
  runId: string;
  startedAt: number;
  endedAt: number;
  full: boolean;
  accounts: readonly string[];
  scope?: { projectId: string; clusterName?: string };
  status: string;
  problems: number;
}

const STATUSES: Record<Phase, readonly string[]> = {
  pending: ['PENDING', 'RUNNING'],
  running: ['PENDING', 'RUNNING'],
  ready: ['READY', 'EXPIRED'],
  expired: ['READY', 'EXPIRED'],
  completed: ['COMPLETED'],
  failed: ['FAILED'],
  cancelled: ['CANCELLED'],
};

const iso = (ms: number) => new Date(ms).toISOString().slice(0, 19);

export class Oracle {
  readonly #world: World;
  readonly #log: Log;
  readonly #accounts: readonly string[];
  readonly #jobs = new Map<string, Job>();
  /** By the product's own record. */
  isLetGo: (job: Job) => boolean = () => false;

  constructor(world: World, log: Log, accounts: readonly string[]) {
    this.#world = world;
    this.#log = log;
    this.#accounts = accounts;
    for (const job of world.jobs) this.#jobs.set(job.id, job);
  }

  /** Restores of a period that the ledger would have to have. @param excused taken out of the table where nobody can notice */
  *expected(since: number, until: number, now: number, excused: ReadonlySet<string>): Generator<Job> {
    const inScope = new Map(this.#world.projects.map((project) => [project.id, this.#isInScope(project, until, now)]));
    for (const job of this.#world.jobs) {
      const { requestedAt, visibleAt, cluster, id } = job;
      if (requestedAt < since || requestedAt >= until || visibleAt > now || excused.has(id)) continue;
      if (!inScope.get(cluster.projectId)) continue;
      // One that its list never showed can't be missed.
      if (!isListed({ ...job, vanishedAt: Number.POSITIVE_INFINITY, hidden: [] }, visibleAt)) continue;
      const wasShown = this.#wasShown(id);
      if ((visibleAt > until - SECOND_MS || job.hidden) && !wasShown) continue;
      if (isUnknowable(job, this.#log)) continue;
      yield job;
    }
  }

  /** @param about.endedRuns those that are on record as ended, though their process was killed with its last write */
  judgeComplete(
    since: number,
    until: number,
    now: number,
    {
      table,
      excused,
      endedRuns,
    }: { table: ReadonlyMap<string, Row>; excused: ReadonlySet<string>; endedRuns: ReadonlySet<string> },
  ): Violation[] {
    const period = `${iso(since)} to ${iso(until)}`;
    const found: Violation[] = [];
    const note = (rule: Rule, text: string) => found.push({ rule, at: now, text: `${period}: ${text}` });
    if (until > now + SECOND_MS) note('complete, before its end', 'it has not ended');
    const isKnown = this.#log.entries.some(
      ({ endpoint, at, isHonest, process, projects }) =>
        endpoint.what === 'projects' &&
        isHonest &&
        (process.endedWell || endedRuns.has(process.runId)) &&
        projects.size > 0 &&
        at >= until - SECOND_MS,
    );
    if (!isKnown) note('complete, no projects read', 'no run that ended has listed any project since it ended');
    for (const job of this.expected(since, until, now, excused)) {
      const row = table.get(job.id);
      if (!row) note('complete, job missing', this.describe(job));
      else {
        const wrong = this.#wrongIn(row, job, until, now);
        if (wrong) note('complete, job wrong', `${this.describe(job)}: ${wrong}`);
      }
    }
    return found;
  }

  /** @param gone taken out of the table by somebody else: only a full run has to notice */
  proveRun(run: JudgedRun, table: ReadonlyMap<string, Row>, gone: ReadonlySet<string>): Violation[] {
    if (run.status !== 'complete') return [];
    const found: Violation[] = [];
    const kind = run.scope ? 'a run of a part' : run.full ? 'a full run' : 'a run';
    const note = (rule: Rule, text: string) =>
      found.push({ rule, at: run.endedAt, text: `${kind} that began at ${iso(run.startedAt)} is complete: ${text}` });
    const entries = this.#log.entries.filter(({ process }) => process.runId === run.runId);
    const { startedAt, endedAt, scope, accounts } = run;
    const isSeen = (project: Project) =>
      accounts.some((account) => isVisible(project, account, startedAt) && isVisible(project, account, endedAt));
    const projects = this.#world.projects.filter(
      (project) => isSeen(project) && (scope === undefined || scope.projectId === project.id),
    );
    if (!scope) {
      if (projects.length === 0) note('run complete, nothing visible', 'its credentials see no project');
      for (const account of accounts) {
        const isRead = entries.some(
          (entry) => entry.endpoint.what === 'projects' && entry.account === account && entry.isHonest,
        );
        if (!isRead) note('run complete, projects not read', `the projects of ${account} were not listed in it`);
      }
      for (const project of this.#world.projects) {
        const isGone = !accounts.some((account) => [startedAt, endedAt].some((at) => isVisible(project, account, at)));
        if (isGone && this.#wasListed(project, startedAt))
          note(
            'run complete, project out of sight',
            `${project.name} was listed before, and its credentials see it no more`,
          );
      }
    }
    for (const project of projects) this.#judgeProject(project, run, { table, gone, note });
    return found;
  }

  #judgeProject(
    project: Project,
    { runId, startedAt, endedAt, scope, full, problems }: JudgedRun,
    {
      table,
      gone,
      note,
    }: { table: ReadonlyMap<string, Row>; gone: ReadonlySet<string>; note(rule: Rule, text: string): void },
  ) {
    const entries = this.#log.entries.filter(({ process }) => process.runId === runId);
    const there = this.#world.clusters.filter(({ projectId }) => projectId === project.id);
    if (scope?.clusterName === undefined) {
      const hasServerless = there.some((cluster) => stageAt(cluster, startedAt)?.tier === 'serverless');
      for (const tier of ['dedicated', 'flex', ...(hasServerless ? (['serverless'] as const) : [])] as const) {
        if (!entries.some((entry) => isListOf(entry, project.id, tier)))
          note('run complete, clusters not read', `the ${tier} clusters of ${project.name} were not listed in it`);
      }
    }
    for (const cluster of there) {
      if (scope?.clusterName !== undefined && scope.clusterName !== cluster.name) continue;
      if (this.#isOutnamed(cluster, startedAt) || this.#isOutnamed(cluster, endedAt)) continue;
      const lists = listsAt(cluster, startedAt).filter((kind) => listsAt(cluster, endedAt).includes(kind));
      for (const kind of lists) {
        const name = `the ${kind} restores of ${project.name}/${cluster.name}`;
        const list = { projectId: project.id, clusterName: cluster.name, kind };
        if (!entries.some((entry) => isJobsOf(entry, list, problems)))
          note('run complete, jobs not read', `${name} were not listed in it`);
        // Without an earlier reading of the list, this one is to its end, whatever was asked for.
        const isFirst = !this.#log.entries.some(
          (entry) => entry.at < startedAt && entry.process.endedWell && isJobsOf(entry, list),
        );
        if ((!full && !isFirst) || problems > 0) continue;
        for (const job of this.#world.jobs) {
          if (this.isLetGo(job)) continue;
          if (job.cluster !== cluster || job.kind !== kind || job.odd || job.hidden || table.has(job.id)) continue;
          // An interrupted run may have read it to its end.
          if (gone.has(job.id) && !full) continue;
          if (isListed(job, startedAt) && isListed(job, endedAt) && !this.#log.distorted.has(job.id))
            note('read to its end, job missing', this.describe(job));
        }
      }
    }
    if (problems > 0) return;
    const shown = new Set(entries.filter(({ process }) => process.endedWell).flatMap(({ jobs }) => jobs));
    for (const job of shown) {
      if ((gone.has(job.id) && !full) || this.isLetGo(job)) continue;
      if (job.cluster.projectId !== project.id || job.odd || this.#log.distorted.has(job.id) || table.has(job.id))
        continue;
      note('run complete, shown job not recorded', this.describe(job));
    }
  }

  /** Another cluster has its name, and is the one that is meant by it. */
  #isOutnamed(cluster: Cluster, at: number): boolean {
    const named = this.#world.clusters.filter(
      ({ projectId, name }) => projectId === cluster.projectId && name === cluster.name,
    );
    const meant = named.find((each) => stageAt(each, at)) ?? named.find((each) => isRetained(each, at));
    return meant !== undefined && meant !== cluster;
  }

  /** A project that was shown to somebody who could keep it in mind, or that can be seen all the time since. */
  #isInScope(project: Project, until: number, now: number): boolean {
    if (this.#wasListed(project, now)) return true;
    return this.#accounts.some((account) =>
      (project.visible[account] ?? []).some(
        ({ from, to }) => Math.max(from, project.createdAt) <= until && to > now && until <= now,
      ),
    );
  }

  #wasListed = ({ id }: Project, before: number) =>
    this.#log.entries.some(
      ({ at, process, endpoint, isHonest, projects }) =>
        at < before &&
        endpoint.what === 'projects' &&
        isHonest &&
        process.endedWell &&
        process.isWhole &&
        projects.has(id),
    );

  #wasShown = (jobId: string) =>
    this.#log.entries.some(({ process, jobs }) => process.endedWell && jobs.some(({ id }) => id === jobId));

  #wrongIn(row: Row, job: Job, until: number, now: number): string | undefined {
    const { cluster, kind } = job;
    if (row.clusterName !== cluster.name || row.projectId !== cluster.projectId || row.kind !== kind)
      return `the ledger has it as a ${row.kind} restore of ${row.clusterName}`;
    if (job.odd || job.vanishedAt !== undefined || this.#log.distorted.has(job.id)) return undefined;
    // A reading after the end of the period shows it as it is at that moment, or later.
    const tierLeftAt = stageOf(job)?.to ?? now;
    const from = Math.min(Math.max(until, job.visibleAt), lastListedAt(job, now), tierLeftAt) - SECOND_MS;
    const before = job.phases.filter(({ at }) => at <= from).at(-1) ?? job.phases[0];
    const shown = [...(before ? [before] : []), ...job.phases.filter(({ at }) => at > from && at <= now)];
    const fits = shown.flatMap(({ phase }) => STATUSES[phase]);
    return fits.includes(row.status)
      ? undefined
      : `the ledger has it as ${row.status}, not as ${[...new Set(fits)].join(' or ')}`;
  }

  /** Whether the cluster that goes by this name then has such a list. */
  isThere(projectId: string, clusterName: string, kind: Kind, at: number): boolean {
    return this.#world.clusters.some(
      (cluster) =>
        cluster.projectId === projectId &&
        cluster.name === clusterName &&
        !this.#isOutnamed(cluster, at) &&
        listsAt(cluster, at).includes(kind),
    );
  }

  describe(job: Job): string {
    const { id, kind, cluster, requestedAt, visibleAt, odd } = job;
    const project = this.#world.projects.find((each) => each.id === cluster.projectId);
    const late = visibleAt - requestedAt > 60_000 ? `, listed from ${iso(visibleAt)} on` : '';
    const shape = odd ? `, odd: ${JSON.stringify(odd)}` : '';
    return `${kind} restore ${id} of ${project?.name}/${cluster.name} (cluster of ${iso(createdAt(cluster))}), requested at ${iso(requestedAt)}${late}${shape}`;
  }

  job = (id: string) => this.#jobs.get(id);
}
