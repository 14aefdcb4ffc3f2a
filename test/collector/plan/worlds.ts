// test/collector/plan/worlds.ts: an Atlas of which only the lists of projects count, and runs that plan by them.
import type { Atlas, Project, ProjectsFound } from '../../../functions/atlas/model/atlas.ts';
import { AtlasError } from '../../../functions/atlas/model/errors.ts';
import type { RunMaker } from '../../../functions/collector/plan/dead-runs.ts';
import { type PlanOptions, plan } from '../../../functions/collector/plan/plan.ts';
import type { CollectTask } from '../../../functions/collector/task/task.ts';
import type { Ledger } from '../../../functions/ledger/model/ledger.ts';
import { noCounts, type Run, type RunPart, type RunScope } from '../../../functions/ledger/model/run.ts';
import { silentLog } from '../../../functions/platform/log.ts';
import { newObjectId } from '../../../functions/restore/object-id.ts';

export const idOf = (name: string) => Buffer.from(name.padEnd(12, '_')).toString('hex').slice(0, 24);

/**
 * By the names of the credentials: the names of the projects that they see, or 'refused'; or those that came before an error, or
 * beside an element that can't be understood. Or the projects as they are.
 */
export type Sights = Record<
  string,
  readonly string[] | 'refused' | { first: readonly string[] } | { beside: readonly string[] } | { projects: Project[] }
>;

function seeing(sight: Sights[string]): Atlas {
  const projects = async function* (): AsyncGenerator<ProjectsFound> {
    if (typeof sight === 'object' && 'projects' in sight) {
      yield { projects: sight.projects, problems: [] };
      return;
    }
    const names = sight === 'refused' ? [] : 'first' in sight ? sight.first : 'beside' in sight ? sight.beside : sight;
    const odd = { what: 'project', field: 'id', expected: 'text', got: 'null' } as const;
    const problems = typeof sight === 'object' && 'beside' in sight ? [odd] : [];
    for (const name of names) yield { projects: [{ id: idOf(name), name }], problems: [] };
    if (problems.length > 0) yield { projects: [], problems };
    if (sight === 'refused' || (typeof sight === 'object' && 'first' in sight)) {
      throw new AtlasError('ATLAS_UNAUTHORIZED', 'GET /groups answered 401');
    }
  };
  const skewReading = { skewMs: 0, agrees: true };
  const atlas = { projects, skewReading, within: () => atlas } as unknown as Atlas;
  return atlas;
}

export class Planner {
  readonly ledger: Ledger;
  nowMs: number;

  constructor(ledger: Ledger, at: string) {
    this.ledger = ledger;
    this.nowMs = Date.parse(at);
  }

  get now() {
    return new Date(this.nowMs).toISOString();
  }

  advance(hours: number) {
    this.nowMs += hours * 3_600_000;
  }

  /** @param read whether what is ordered is read, as it should be */
  async run(
    sights: Sights,
    options: PlanOptions & { scope?: RunScope; trigger?: Run['trigger']; maker?: RunMaker; read?: boolean } = {},
  ): Promise<{ run: Run; tasks: CollectTask[] }> {
    const { scope = {}, trigger = 'schedule', read = true, maker, ...rest } = options;
    const tasks: CollectTask[] = [];
    const ports = {
      accounts: Object.entries(sights).map(([name, sight]) => ({ name, atlas: seeing(sight) })),
      ledger: this.ledger,
      log: silentLog,
      now: () => this.nowMs,
      ...(maker ? { maker } : {}),
      enqueue: async (some: readonly CollectTask[]) => void tasks.push(...some),
    };
    const runId = newObjectId(new Date(this.nowMs));
    await plan({ runId, trigger, scope }, ports, rest);
    if (read) for (const task of tasks) await this.ledger.finishPart(runId, this.part(task));
    const { run } = (await this.ledger.run(runId)) ?? {};
    if (!run) throw new Error('the run is not in the ledger');
    return { run, tasks };
  }

  part = ({ projectId, projectName }: CollectTask): RunPart => ({
    ...{ projectId, projectName, status: 'complete', startedAt: this.now, finishedAt: this.now },
    ...{ counts: { ...noCounts(), clusters: 1 }, failures: [] },
  });

  /** As `visible`, `not visible since ...`, by name. */
  async known(): Promise<Record<string, string>> {
    const words: Record<string, string> = {};
    for await (const { projectName, notVisibleSince, excludedSince, retired } of this.ledger.knownProjects()) {
      words[projectName] =
        [
          ...(notVisibleSince === undefined ? [] : [`not visible since ${notVisibleSince}`]),
          ...(excludedSince === undefined ? [] : [`excluded since ${excludedSince}`]),
          ...(retired === undefined ? [] : ['retired']),
        ].join(', ') || 'in scope';
    }
    return words;
  }
}
