// functions/plan/plan.ts is the core: it lists the projects that the credentials can see and orders one collection of each.
import type { Atlas, ElementProblem, Project } from '../atlas/atlas.ts';
import { describeProblems } from '../atlas/element-problem.ts';
import { AtlasError } from '../atlas/errors.ts';
import type { CollectOrder } from '../collect/order.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ClusterFailure, Run, RunScope, RunTrigger } from '../ledger/run.ts';
import type { Log } from '../log.ts';

/** One set of credentials; an Atlas organization needs one each. */
export interface Account {
  /** What its secret is called. */
  name: string;
  atlas: Atlas;
}

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
  /** Called once, when the run is recorded; perhaps before it is recorded how many projects it has. */
  enqueue(orders: readonly CollectOrder[]): Promise<void>;
}

export interface PlanOptions {
  /** Projects to collect, by name. @default every one */
  wantsProject?(projectName: string): boolean;
}

/**
 * The run is recorded while its projects are listed, and their number while the orders are queued: a run bears with parts that
 * come before the plan (functions/ledger/runs.ts), not with parts of a run that isn't there.
 *
 * One account failing costs only its own projects: it is named in the run. A repeat with the same `runId` orders the
 * same again, which is harmless: collecting is idempotent and a run counts each project once.
 * @throws LedgerError, and what `enqueue` throws
 */
export async function plan(request: PlanRequest, ports: PlanPorts, options: PlanOptions = {}): Promise<Run> {
  const { runId, trigger, scope = {}, full = false } = request;
  const { accounts, ledger, log, now, enqueue } = ports;
  const startedAt = new Date(now()).toISOString();
  const starting = ledger.startRun({ runId, trigger, scope, full, startedAt, status: 'running', failures: [] });
  starting.catch(() => {}); // thrown below

  const orders = new Map<string, CollectOrder>();
  const failures: ClusterFailure[] = [];
  for (const { name, atlas } of accounts) {
    try {
      const unusable: ElementProblem[] = [];
      for await (const { projects, problems } of atlas.projects()) {
        unusable.push(...problems);
        for (const project of projects.filter((each) => wanted(each, scope, options))) {
          // Two keys may see the same project: one of them is enough.
          if (!orders.has(project.id)) orders.set(project.id, orderFor(project, name));
        }
      }
      if (unusable.length > 0) fail(name, 'ATLAS_BAD_ANSWER', describeProblems('the list of projects', unusable));
    } catch (error) {
      if (!(error instanceof AtlasError)) {
        await starting.catch(() => {}); // so that nothing goes on in the background; this error says more
        throw error;
      }
      fail(name, error.code, error.message);
    }
  }
  if (scope.projectId !== undefined && orders.size === 0 && failures.length === 0) {
    const message = `no project ${scope.projectId} is visible to these credentials: check the id, and the key's organization`;
    failures.push({ what: 'project', code: 'ATLAS_NOT_FOUND', message });
  }
  await starting;
  const planning = planned();
  // Both are waited for, so that nothing goes on in the background.
  const [queued] = await Promise.allSettled([enqueue([...orders.values()]), planning]);
  if (queued.status === 'rejected') throw queued.reason;
  // Orders are queued, or carried out, by now: a run that does not know how many it has would never end.
  return planning.catch(planned);

  function fail(account: string, code: string, message: string) {
    failures.push({ what: accounts.length > 1 ? `projects of ${account}` : 'projects', code, message });
    log.error('projects could not be listed', { runId, account, code, reason: message });
  }

  async function planned(): Promise<Run> {
    const run = await ledger.planRun(runId, orders.size, failures);
    log.info('run planned', { runId, trigger, projects: orders.size, accountsFailed: failures.length });
    return run;
  }

  function orderFor({ id, name, orgId }: Project, account: string): CollectOrder {
    return {
      runId,
      projectId: id,
      projectName: name,
      ...(orgId === undefined ? {} : { orgId }),
      account,
      ...(scope.clusterName === undefined ? {} : { clusterName: scope.clusterName }),
      ...(full ? { full } : {}),
    };
  }
}

function wanted(project: Project, scope: RunScope, { wantsProject = () => true }: PlanOptions) {
  return scope.projectId === undefined ? wantsProject(project.name) : project.id === scope.projectId;
}
