// functions/collector/plan/plan.ts: the plan of a run: projects listed, compared with those that are known, and a task queued for each.

import type { KnownProject, Scope } from '../../ledger/model/known-project.ts';
import type { Ledger } from '../../ledger/model/ledger.ts';
import type { ClusterFailure, Run, RunScope, RunTrigger } from '../../ledger/model/run.ts';
import { defined } from '../../platform/defined.ts';
import { forEachConcurrent } from '../../platform/for-each-concurrent.ts';
import type { Log } from '../../platform/log.ts';
import { AtlasTime } from '../list/atlas-time.ts';
import { anyOf } from '../task/any-account.ts';
import type { CollectTask } from '../task/task.ts';
import { scopeAfter } from './accounts.ts';
import { endDeadRuns, type RunMaker } from './dead-runs.ts';
import { type Account, type Listing, listProjects } from './list-projects.ts';
import { emptyScopes, failuresOf, nothingChosen } from './plan-failures.ts';
import {
  absence,
  afterAbsence,
  afterLoss,
  afterSight,
  type Observation,
  othersInUse,
  projectsSeen,
  recordLost,
} from './scope.ts';

export type { Account };

export interface PlanRequest {
  /** The same for a repeat of the same request, so that a repeat is the same run. */
  runId: string;
  trigger: RunTrigger;
  scope?: RunScope;
  /** Read every list to its end. @default false */
  full?: boolean;
}

export interface PlanPorts {
  accounts: readonly Account[];
  ledger: Ledger;
  log: Log;
  now(): number;
  /** Of runs whose tasks are carried out in this process. */
  maker?: RunMaker;
  /** True once someone waits for the end: then nothing is queued, and nothing is concluded from what was listed. @default never */
  isStopped?(): boolean;
  /** Called once, when it is recorded which projects the run is to read; perhaps before it is recorded how many. */
  enqueue(tasks: readonly CollectTask[]): Promise<void>;
}

export interface PlanOptions {
  /** Projects to collect, by name. @default every one */
  wantsProject?(projectName: string): boolean;
  /** What chooses them, in words. */
  chosenBy?: string;
}

/** Writes of known projects at once. */
const PARALLEL_WRITES = 16;

/**
 * Whatever the run is to read, all that is listed is recorded, and what is no longer. A run over everything is incomplete where a
 * project is no longer seen, and ends runs that died.
 *
 * The run is recorded while its projects are listed, what it is to read before any task is queued, and how many projects that are
 * while the tasks are queued: a run bears with parts that come before that (functions/ledger/repositories/run-repository.ts), not with parts of a run
 * that isn't there.
 *
 * One account failing costs only its own projects: it is named in the run. A repeat with the same `runId` queues the
 * same again, which is harmless: collecting is idempotent and a run counts each project once.
 * @throws LedgerError, and what `enqueue` throws
 */
export async function plan(request: PlanRequest, ports: PlanPorts, options: PlanOptions = {}): Promise<Run> {
  const { runId, trigger, scope = {}, full = false } = request;
  const { ledger, log, now, maker, enqueue } = ports;
  const startedMs = now();
  const startedAt = new Date(startedMs).toISOString();
  const isOverall = scope.projectId === undefined;

  const run: Run = { runId, trigger, scope, full, startedAt, status: 'running', failures: [] };
  const starting = ledger.startRun(run, maker?.name);
  const remembering = remembered(ledger);
  const tidying = isOverall || maker ? tidied() : undefined;
  const background = [starting, remembering, tidying];
  for (const each of background) each?.catch(() => {}); // thrown below

  const views = ports.accounts.map(({ name, atlas }) => ({
    name,
    atlas: atlas.within(() => Number.POSITIVE_INFINITY),
  }));
  const time = new AtlasTime({ atlas: anyOf(views.map(({ atlas }) => atlas)), now });
  const answers = await listed(views, log, runId).catch(async (error) => {
    await Promise.allSettled(background); // so that nothing goes on in the background; this error says more
    throw error;
  });
  // In Atlas's time, by which ids are compared; ours may be wrong.
  const at = time.at(startedMs);
  const { isMeasured } = time;
  // What was listed at a time that is not known is queued, and changes nothing of what is known of scope.
  const listings = isMeasured ? answers : answers.map((listing) => ({ error: time.failure, ...listing }));
  await Promise.allSettled(background);
  await starting;
  const memory = await remembering;
  const endedThrough = await tidying;

  if (ports.isStopped?.()) return ledger.planRun(runId, 0, [STOPPED], isMeasured ? at : undefined);

  const observation: Observation = {
    ...{ runId, at, listings, scope: memory.scope },
    // A project chosen by its id needs no pattern, and says nothing of them.
    wantsProject: isOverall ? options.wantsProject : undefined,
    othersInUse: othersInUse(memory.scope, listings, at),
  };
  const failures = failuresOf(listings);
  const tasks: CollectTask[] = [];
  const notSeen: ClusterFailure[] = [];
  const all: KnownProject[] = [];
  await forEachConcurrent(subjects(observation, memory), PARALLEL_WRITES, async ({ projectId, next, stored, seen }) => {
    const known = isMeasured ? await ledger.saveKnownProject(projectId, next, stored) : next(stored);
    if (isMeasured || stored) all.push(known);
    if (seen && isChosen(known)) tasks.push(taskFor(known, seen));
    const failure = seen || !isOverall ? undefined : absence(known, observation);
    if (failure) notSeen.push(failure);
  });
  tasks.sort((a, b) => (a.projectId < b.projectId ? -1 : 1));
  failures.push(...notSeen.sort((a, b) => (String(a.projectId) < String(b.projectId) ? -1 : 1)));
  // One project may be seen by some of the credentials only.
  if (isOverall || tasks.length === 0) failures.push(...emptyScopes(listings));
  const isAnySeen = listings.some(({ projects }) => projects.length > 0);
  if (tasks.length === 0 && (failures.length === 0 || (isOverall && isAnySeen))) {
    failures.unshift(nothingChosen(scope, options));
  }

  await Promise.all([
    ledger.recordPlan(runId, tasks),
    ledger.saveScope((stored) => {
      const now = new Date(Date.parse(at) + ports.now() - startedMs).toISOString();
      return scopeAfter(stored, { runId, at, now, listings, known: all }, isOverall ? endedThrough : undefined);
    }, memory.scope),
  ]);
  const planning = planned();
  // Both are waited for, so that nothing goes on in the background.
  const [queued] = await Promise.allSettled([enqueue(tasks), planning]);
  if (queued.status === 'rejected') throw queued.reason;
  // Tasks are queued, or carried out, by now: a run that does not know how many it has would never end.
  return planning.catch(planned);

  async function planned(): Promise<Run> {
    const run = await ledger.planRun(runId, tasks.length, failures, isMeasured ? at : undefined);
    const accountsFailed = listings.filter(({ error }) => error).length;
    log.info('run planned', { runId, trigger, projects: tasks.length, accountsFailed, notVisible: notSeen.length });
    return run;
  }

  async function tidied(): Promise<string> {
    const { scope: stored } = await remembering;
    return endDeadRuns(ports, { runId, since: stored?.runsEndedThrough, maker });
  }

  function isChosen({ projectId, excludedSince }: KnownProject) {
    if (!isOverall) return projectId === scope.projectId;
    return options.wantsProject === undefined || excludedSince === undefined;
  }

  function taskFor({ projectId, projectName, orgId }: KnownProject, accounts: string[]): CollectTask {
    const of = { runId, projectId, projectName, accounts };
    return { ...of, ...defined({ orgId, clusterName: scope.clusterName }), ...(full ? { full } : {}) };
  }
}

const STOPPED: ClusterFailure = {
  what: 'projects',
  code: 'INTERRUPTED',
  message: 'the run was stopped before it was recorded what it was to read',
};

interface Memory {
  known: Map<string, KnownProject>;
  scope: Scope | undefined;
}

async function remembered(ledger: Ledger): Promise<Memory> {
  const reading = ledger.scope();
  reading.catch(() => {}); // thrown below
  const known = new Map<string, KnownProject>();
  for await (const project of ledger.knownProjects()) known.set(project.projectId, project);
  return { known, scope: await reading };
}

async function listed(accounts: readonly Account[], log: Log, runId: string): Promise<Listing[]> {
  const listings: Listing[] = [];
  for (const account of accounts) {
    const listing = await listProjects(account);
    listings.push(listing);
    const { error } = listing;
    if (error) {
      const { code, message: reason } = error;
      log.error('projects could not be listed', { runId, account: account.name, code, reason });
    }
  }
  return listings;
}

/** A project that was listed, or is known. */
interface Subject {
  projectId: string;
  stored?: KnownProject | undefined;
  /** Names of the credentials that see it. Absent: none of these do. */
  seen?: string[];
  next(stored: KnownProject | undefined): KnownProject;
}

/** All that is listed, is known, or was known once. */
function subjects(observation: Observation, { known, scope }: Memory): Subject[] {
  const listed = new Set(scope?.projectIds);
  const seen = projectsSeen(observation.listings);
  const sights = [...seen].map(([id, { project, accounts }]): Subject => {
    const lost = () => (listed.has(id) ? recordLost(id, project.name, observation) : undefined);
    const next = (stored: KnownProject | undefined) =>
      afterLoss(afterSight(stored ?? lost(), project, accounts, observation), accounts, observation);
    return { projectId: id, stored: known.get(id), seen: accounts, next };
  });
  const absent = [...new Set([...listed, ...known.keys()])].filter((id) => !seen.has(id));
  return [
    ...sights,
    ...absent.map((id): Subject => {
      const next = (stored: KnownProject | undefined) =>
        stored ? afterAbsence(stored, observation) : recordLost(id, id, observation);
      return { projectId: id, stored: known.get(id), next };
    }),
  ];
}
