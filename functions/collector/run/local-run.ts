// functions/collector/run/local-run.ts: a whole run in this process, without a queue: the command line's way.

import type { Ledger } from '../../ledger/model/ledger.ts';
import type { ClusterFailure, Run, RunPart } from '../../ledger/model/run.ts';
import type { Clock } from '../../platform/clock.ts';
import { forEachConcurrent } from '../../platform/for-each-concurrent.ts';
import { sharedLimits } from '../../platform/limits.ts';
import type { Log } from '../../platform/log.ts';
import { type CountingOptions, tryToCountCoverage } from '../evaluate/count-coverage.ts';
import { countDays } from '../evaluate/count-days.ts';
import type { RunMaker } from '../plan/dead-runs.ts';
import type { Account } from '../plan/list-projects.ts';
import { type PlanOptions, type PlanRequest, plan } from '../plan/plan.ts';
import { collectProject } from '../project/collect-project.ts';
import type { CollectOptions } from '../project/collection.ts';
import type { CollectPorts } from '../project/ports.ts';
import { anyOf } from '../task/any-account.ts';
import { failedPart } from '../task/failed-part.ts';
import type { CollectTask } from '../task/task.ts';
import { DEFAULT_MAX_WAIT_MS, WaitBudget } from './wait-budget.ts';

export interface LocalRunPorts extends Pick<CollectPorts, 'onRecorded' | 'onList' | 'onEventsFailed'> {
  accounts: readonly Account[];
  ledger: Ledger;
  log: Log;
  clock: Clock;
  maker?: RunMaker;
  onPlanned?(projects: number): void;
  onProject?(part: RunPart): void;
  /** Called when a project waits for Atlas's rate limit. */
  onWait?(wait: { projectName: string; ms: number }): void;
  /** Bounds, and counts, the waits that Atlas requires. @default a budget of its own, of 15 minutes */
  waits?: WaitBudget;
}

interface ProjectPorts extends LocalRunPorts {
  waits: WaitBudget;
  signal: AbortSignal | undefined;
}

/** Projects under way at once: enough that lists are always at hand while the clusters of other projects are discovered. */
const PARALLEL_PROJECTS = 8;
const MAX_FAILURES = 100;
/** Left for one call and its waits, in ms: as long as a call may take. */
const CALL_MS = 30_000;
/** Before a project is taken up again that Atlas's rate limit has stopped; doubled while that goes on. In ms. */
const MIN_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;

/**
 * Plans and collects, and returns the finished run with its parts. Follow-ups of open jobs are left to the caller,
 * by another run.
 * @param signal stops it between two pages; the run then ends as incomplete, and what was recorded stays. Whoever raises it may close
 * the accounts' clients as well: calls made then fail, and are left
 * @throws LedgerError, the signal's reason
 */
export async function runLocally(
  request: PlanRequest,
  ports: LocalRunPorts,
  options: CollectOptions & CountingOptions & PlanOptions = {},
  signal?: AbortSignal,
): Promise<{ run: Run; parts: RunPart[] }> {
  const { ledger, clock } = ports;
  const parts: RunPart[] = [];
  const limits = sharedLimits(options.parallelLists, ledger.parallelWrites);
  const { waits = new WaitBudget(DEFAULT_MAX_WAIT_MS, clock) } = ports;
  const projectPorts: ProjectPorts = { ...ports, waits, signal };
  let finished: Run | undefined;
  /** Why parts could not be written down. */
  const unfinished: unknown[] = [];
  const collectAll = async (tasks: readonly CollectTask[]) => {
    ports.onPlanned?.(tasks.length);
    await forEachConcurrent(tasks, PARALLEL_PROJECTS, async (task) => {
      const startedAt = new Date(clock.now()).toISOString();
      // One project's failure must not end the run of all the others.
      const part = await collectToTheEnd(task, projectPorts, { limits, ...options }).catch((error) =>
        failedPart(task, error, { startedAt, clock, log: ports.log }),
      );
      parts.push(part);
      ports.onProject?.(part);
      try {
        const run = await ledger.finishPart(request.runId, part);
        if (run.status !== 'running') finished = run;
      } catch (error) {
        unfinished.push(error);
      }
    });
    if (unfinished.length > 0) throw unfinished[0];
  };
  // Projects are listed within the budget, too.
  const accounts = ports.accounts.map(({ name, atlas }) => ({
    name,
    atlas: atlas.within(() => Number.POSITIVE_INFINITY, waits),
  }));
  const isStopped = () => signal?.aborted === true;
  const planned = await plan(
    request,
    { ...ports, accounts, now: () => clock.now(), isStopped, enqueue: collectAll },
    options,
  );
  signal?.throwIfAborted();
  const about = { log: ports.log, runId: request.runId };
  await countDays(ledger, isStopped, about);
  const counting = { now: () => clock.now(), lateAfterMs: options.lateAfterMs, isOutOfTime: isStopped };
  await tryToCountCoverage(ledger, counting, about);
  return { run: finished ?? planned, parts };
}

async function collectToTheEnd(task: CollectTask, ports: ProjectPorts, options: CollectOptions): Promise<RunPart> {
  const { clock, accounts, signal, waits, log, onWait } = ports;
  const { projectName, runId, projectId } = task;
  const mine = task.accounts.flatMap((name) => accounts.filter((account) => account.name === name));
  if (mine.length === 0) throw new Error(`the plan names credentials that are not here: ${task.accounts.join(', ')}`);
  // An interrupt looks like time running out: writes under way are finished, nothing is begun.
  const isStopped = () => signal?.aborted === true;
  const timeLeftMs = () => (isStopped() ? 0 : Number.POSITIVE_INFINITY);
  // Longer waits are made here, where they are reported and interrupted.
  const callMs = () => Math.min(timeLeftMs(), CALL_MS);
  const now = () => clock.now();
  let next = task;
  for (let pauseMs = MIN_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    const atlas = anyOf(mine.map((account) => account.atlas.within(callMs, waits)));
    const result = await collectProject(
      next,
      { ...ports, atlas, now, timeLeftMs, isStopped },
      { ...options, followMs: 0 },
    );
    if (!result.next) {
      const isCut = signal?.aborted && result.requestersLeft;
      return isCut ? stopped(result.part, [INTERRUPTED_REQUESTERS]) : result.part;
    }
    if (signal?.aborted) return stopped(result.part, [INTERRUPTED]);
    // Atlas does not always say how long.
    const waitMs = Math.max(result.next.delayMs, pauseMs);
    if (!waits.allows(waitMs)) return stopped(result.part, waitedTooLong(result.left, waitMs, waits.maxMs));
    waits.note(waitMs);
    log.info("waiting for Atlas's rate limit", { runId, projectId, seconds: Math.ceil(waitMs / 1_000) });
    onWait?.({ projectName, ms: waitMs });
    // Rejects only where the signal is raised.
    await clock.sleep(waitMs, signal).catch(() => {});
    if (signal?.aborted) return stopped(result.part, [INTERRUPTED]);
    next = result.next.task;
  }
}

const INTERRUPTED = {
  what: 'restore jobs',
  code: 'INTERRUPTED',
  message: 'the run was stopped before everything was read',
};

const INTERRUPTED_REQUESTERS = {
  what: 'requesters',
  code: 'INTERRUPTED',
  message: 'the run was stopped before it was found out who requested the new restores; the next run finds out',
};

/** Each list that is left, by its name. */
function waitedTooLong(left: readonly ClusterFailure[] = [], waitMs: number, maxMs: number): ClusterFailure[] {
  const [wait, max] = [waitMs, maxMs].map((ms) => `${Math.ceil(ms / 1_000)} s`);
  const message = `Atlas's rate limit asks for a wait of ${wait}, and a run waits for ${max} in all: collect it later, or let it wait longer`;
  if (left.length === 0) return [{ what: 'restore jobs', code: 'ATLAS_RATE_LIMITED', message }];
  return left.map((list) => ({ ...list, message: `${list.message}. ${message}` }));
}

/** The run ends and says so; what was recorded stays, and the next run goes on from there. */
function stopped(part: RunPart, more: readonly ClusterFailure[]): RunPart {
  const failures = [...part.failures, ...more].slice(0, MAX_FAILURES);
  const status = part.counts.jobsSeen > 0 ? 'incomplete' : 'failed';
  return {
    ...part,
    status,
    failures,
    counts: {
      ...part.counts,
      clustersFailed: new Set(failures.map(({ clusterName, what }) => clusterName ?? what)).size,
    },
  };
}
