// functions/events/delivery/publishing-ledger.ts tells of changes where no stream does: the command line, and the system on one machine.

import type { ProjectCoverage } from '../../ledger/model/coverage.ts';
import type { KnownProject } from '../../ledger/model/known-project.ts';
import type { Ledger, Recorded } from '../../ledger/model/ledger.ts';
import type { Run } from '../../ledger/model/run.ts';
import { coverageEvents, type EventOptions, jobEvents, projectEvents, runEvents } from '../from/events.ts';
import type { LedgerEvent } from '../model/event.ts';

export type EventSink = (event: LedgerEvent) => void | Promise<void>;

/** Only a run's end can be seen twice, by those who finish its last parts at the same moment. */
const REMEMBERED = 1_000;

/**
 * The same ledger, telling of what is written to it, after it is written and before the writer goes on. Those of one job come
 * in order, and none twice. What `tell` throws, the writer gets; what was written stays written.
 * @param tell must not write to the ledger itself
 */
export function withEvents(ledger: Ledger, tell: EventSink, options: EventOptions = {}): Ledger {
  const turns = new Turns();
  const told = new Recent(REMEMBERED);
  const tellAll = async (events: readonly LedgerEvent[]) => {
    for (const event of events) {
      if (told.has(event.detail.id)) continue;
      await tell(event);
      told.add(event.detail.id);
    }
  };
  const written = (jobId: string, write: () => Promise<Recorded>) =>
    turns.take(jobId, async () => {
      const recorded = await write();
      if (recorded.change) await tellAll(jobEvents(recorded.job, recorded.change, options));
      return recorded;
    });
  const tellOfRun = async (run: Run) => {
    await turns.take(run.runId, () => tellAll(runEvents(undefined, run)));
    return run;
  };
  return {
    ...ledger,
    record: (job, ...rest) => written(job.jobId, () => ledger.record(job, ...rest)),
    annotate: (projectId, jobId, ...rest) => written(jobId, () => ledger.annotate(projectId, jobId, ...rest)),
    markVanished: (projectId, jobId, sighting) => written(jobId, () => ledger.markVanished(projectId, jobId, sighting)),
    async saveCoverage(projectId, next, read) {
      // Asked again where another writer came first; what it was asked with last is what was replaced.
      let before: ProjectCoverage | undefined;
      const noting = (stored: ProjectCoverage | undefined) => {
        before = stored;
        return next(stored);
      };
      const coverage = await ledger.saveCoverage(projectId, noting, read);
      await tellAll(coverageEvents(before, coverage));
      return coverage;
    },
    async saveKnownProject(projectId, next, read) {
      let before: KnownProject | undefined;
      const noting = (stored: KnownProject | undefined) => {
        before = stored;
        return next(stored);
      };
      const known = await ledger.saveKnownProject(projectId, noting, read);
      await tellAll(projectEvents(before, known));
      return known;
    },
    endRun: async (runId, failure) => tellOfRun(await ledger.endRun(runId, failure)),
    planRun: async (...given) => tellOfRun(await ledger.planRun(...given)),
    finishPart: async (runId, part) => tellOfRun(await ledger.finishPart(runId, part)),
  };
}

/** Work of one name is done one at a time, in the order it came. */
class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  async take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#last.set(name, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(name) === turn) this.#last.delete(name);
    }
  }
}

/** The newest of what was added. */
class Recent {
  readonly #most: number;
  readonly #names = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  has = (name: string) => this.#names.has(name);

  add(name: string) {
    this.#names.add(name);
    for (const oldest of this.#names) {
      if (this.#names.size <= this.#most) return;
      this.#names.delete(oldest);
    }
  }
}
