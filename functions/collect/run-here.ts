// functions/collect/run-here.ts makes a whole run in this process, where no queue carries the orders: the command line's way.
import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Run, RunPart } from '../ledger/run.ts';
import type { Log } from '../log.ts';
import type { RunMaker } from '../plan/dead-runs.ts';
import { type Account, type PlanOptions, type PlanRequest, plan } from '../plan/plan.ts';
import { type CollectOptions, type CollectPorts, collectProject } from './collect.ts';
import { inParallel } from './in-parallel.ts';
import type { CollectOrder } from './order.ts';
import { sharedPlaces } from './places.ts';

export interface RunHerePorts extends Pick<CollectPorts, 'onRecorded' | 'onList'> {
  accounts: readonly Account[];
  ledger: Ledger;
  log: Log;
  clock: Clock;
  maker?: RunMaker;
  onPlanned?(projects: number): void;
  onProject?(part: RunPart): void;
}

/** Projects under way at once: enough that lists are always at hand while the clusters of other projects are looked for. */
const PARALLEL_PROJECTS = 8;

/**
 * Plans and collects, and returns the finished run with its parts. Looks at open jobs again are left to the caller,
 * by another run.
 * @param signal stops it between two lists; the run then ends as incomplete, and what was recorded stays
 * @throws LedgerError, the signal's reason
 */
export async function runHere(
  request: PlanRequest,
  ports: RunHerePorts,
  options: CollectOptions & PlanOptions = {},
  signal?: AbortSignal,
): Promise<{ run: Run; parts: RunPart[] }> {
  const { ledger, clock } = ports;
  const parts: RunPart[] = [];
  const places = sharedPlaces(options.parallelLists);
  let finished: Run | undefined;
  const collectAll = async (orders: readonly CollectOrder[]) => {
    ports.onPlanned?.(orders.length);
    await inParallel(orders, PARALLEL_PROJECTS, async (order) => {
      const part = await collectToTheEnd(order, ports, { places, ...options }, signal);
      const run = await ledger.finishPart(request.runId, part);
      if (run.status !== 'running') finished = run;
      parts.push(part);
      ports.onProject?.(part);
    });
  };
  const planned = await plan(request, { ...ports, now: () => clock.now(), enqueue: collectAll }, options);
  signal?.throwIfAborted();
  return { run: finished ?? planned, parts };
}

async function collectToTheEnd(
  order: CollectOrder,
  ports: RunHerePorts,
  options: CollectOptions,
  signal?: AbortSignal,
): Promise<RunPart> {
  const { clock, accounts } = ports;
  const account = accounts.find(({ name }) => name === order.account);
  if (!account) throw new Error(`the plan names credentials that are not here: ${order.account}`);
  // An interrupt looks like time running out: lists under way are finished, none is begun.
  const timeLeftMs = () => (signal?.aborted ? 0 : Number.POSITIVE_INFINITY);
  const now = () => clock.now();
  for (let next = order; ; ) {
    const atlas = account.atlas.within(timeLeftMs);
    const result = await collectProject(next, { ...ports, atlas, now, timeLeftMs }, { ...options, followMs: 0 });
    if (!result.next) return result.part;
    await clock.sleep(result.next.delayMs, signal).catch(() => {});
    if (signal?.aborted) return interrupted(result.part);
    next = result.next.order;
  }
}

/** The run ends and says so; what was recorded stays, and the next run goes on from there. */
function interrupted(part: RunPart): RunPart {
  const failure = {
    what: 'restore jobs',
    code: 'INTERRUPTED',
    message: 'the run was stopped before everything was read',
  };
  const failures = [...part.failures, failure];
  const status = part.counts.jobsSeen > 0 ? 'incomplete' : 'failed';
  return { ...part, status, failures, counts: { ...part.counts, clustersFailed: part.counts.clustersFailed + 1 } };
}
