// functions/collector/plan/plan.ts: the plan of a run: which projects it is to read, each queued as a task.
import type { KnownProject } from '../../ledger/model/known-project.ts';
import type { ClusterFailure, Run, RunScope, RunTrigger } from '../../ledger/model/run.ts';
import { defined } from '../../platform/defined.ts';
import type { CollectTask } from '../task/task.ts';
import { scopeAfter } from './accounts.ts';
import { tellRenamed } from './former.ts';
import { emptyScopes, failuresOf, nothingChosen } from './plan-failures.ts';
import { absence, type Observation, othersInUse } from './scope.ts';
import { recordSubjects } from './subjects.ts';
import { type SurveyPorts, survey } from './survey.ts';

export interface PlanRequest {
  /** The same for a repeat of the same request, so that a repeat is the same run. */
  runId: string;
  trigger: RunTrigger;
  scope?: RunScope;
  /** Read every list to its end. @default false */
  full?: boolean;
}

export interface PlanPorts extends SurveyPorts {
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
  const { ledger, log, now } = ports;
  const startedMs = now();
  const startedAt = new Date(startedMs).toISOString();
  const run: Run = { runId, trigger, scope, full, startedAt, status: 'running', failures: [] };
  const { listings, memory, at, latestAt, isMeasured, endedThrough } = await survey(run, startedMs, ports);
  const recordedAt = isMeasured ? at : undefined;
  if (ports.isStopped?.()) return ledger.planRun(runId, 0, [STOPPED], recordedAt);

  const isOverall = scope.projectId === undefined;
  const observation: Observation = {
    ...{ runId, at, latestAt, listings, scope: memory.scope },
    // A project chosen by its id needs no pattern, and says nothing of them.
    wantsProject: isOverall ? options.wantsProject : undefined,
    othersInUse: othersInUse(memory.scope, listings, at),
  };
  const subjects = await recordSubjects(ledger, observation, memory, isMeasured);
  tellRenamed(
    subjects.map((subject) => subject.known),
    { log, runId, at },
  );
  const tasks = subjects.flatMap(({ known, seenBy }) =>
    seenBy && isChosen(known, scope, options) ? [taskFor(known, seenBy, request)] : [],
  );
  const notSeen = subjects.flatMap(({ known, seenBy }) =>
    seenBy || !isOverall ? [] : (absence(known, observation) ?? []),
  );
  const failures = [...failuresOf(listings), ...notSeen];
  // One project may be seen by some of the credentials only.
  if (isOverall || tasks.length === 0) failures.push(...emptyScopes(listings));
  const isAnySeen = listings.some(({ projects }) => projects.length > 0);
  if (tasks.length === 0 && (failures.length === 0 || (isOverall && isAnySeen))) {
    failures.unshift(nothingChosen(scope, options));
  }

  const known = subjects.filter(({ isStored }) => isStored).map((subject) => subject.known);
  await Promise.all([
    ledger.recordPlan(runId, tasks),
    ledger.saveScope((stored) => {
      const moment = new Date(Date.parse(at) + now() - startedMs).toISOString();
      const listed = { runId, at, latestAt, now: moment, listings, known };
      return scopeAfter(stored, listed, isOverall ? endedThrough : undefined);
    }, memory.scope),
  ]);
  const planRun = async () => {
    const planned = await ledger.planRun(runId, tasks.length, failures, recordedAt);
    const accountsFailed = listings.filter(({ error }) => error).length;
    log.info('run planned', { runId, trigger, projects: tasks.length, accountsFailed, notVisible: notSeen.length });
    return planned;
  };
  const planning = planRun();
  // Both are waited for, so that nothing goes on in the background.
  const [queued] = await Promise.allSettled([ports.enqueue(tasks), planning]);
  if (queued.status === 'rejected') throw queued.reason;
  // Tasks are queued, or carried out, by now: a run that does not know how many it has would never end.
  return planning.catch(planRun);
}

function isChosen({ projectId, excludedSince }: KnownProject, scope: RunScope, { wantsProject }: PlanOptions) {
  if (scope.projectId !== undefined) return projectId === scope.projectId;
  return wantsProject === undefined || excludedSince === undefined;
}

function taskFor(project: KnownProject, accounts: string[], { runId, scope, full }: PlanRequest): CollectTask {
  const { projectId, projectName, orgId } = project;
  const of = { runId, projectId, projectName, accounts };
  return { ...of, ...defined({ orgId, clusterName: scope?.clusterName }), ...(full ? { full } : {}) };
}

const STOPPED: ClusterFailure = {
  what: 'projects',
  code: 'INTERRUPTED',
  message: 'the run was stopped before it was recorded what it was to read',
};
