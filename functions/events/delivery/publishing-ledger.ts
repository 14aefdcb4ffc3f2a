// functions/events/delivery/publishing-ledger.ts: a ledger that publishes its changes where no stream does: the command line, and the
// system on one machine.

import type { Ledger, Recorded } from '../../ledger/model/ledger.ts';
import type { Run } from '../../ledger/model/run.ts';
import { coverageEvents } from '../from/coverage-events.ts';
import { expectedEvents } from '../from/expected-events.ts';
import { type EventOptions, jobEvents } from '../from/job-events.ts';
import { projectEvents } from '../from/project-events.ts';
import { runEvents } from '../from/run-events.ts';
import type { LedgerEvent } from '../model/event.ts';

export type EventSink = (event: LedgerEvent) => void | Promise<void>;

/** Only a run's end can be seen twice, by those who finish its last parts at the same moment. */
const MAX_REMEMBERED = 1_000;

/**
 * The same ledger. A change is published once it is written and before the writer goes on; those of one job in order, and none
 * twice. What `publish` throws, the writer gets; what was written stays written.
 * @param publish must not write to the ledger itself
 */
export function withEvents(ledger: Ledger, publish: EventSink, options: EventOptions = {}): Ledger {
  const inTurn = turns();
  const published = new Set<string>();
  const publishAll = async (events: readonly LedgerEvent[]) => {
    for (const event of events) {
      const { id } = event.detail;
      if (published.has(id)) continue;
      await publish(event);
      published.add(id);
      const [oldest = id] = published;
      if (published.size > MAX_REMEMBERED) published.delete(oldest);
    }
  };
  const recorded = (jobId: string, write: () => Promise<Recorded>) =>
    inTurn(jobId, async () => {
      const written = await write();
      if (written.change) await publishAll(jobEvents(written.job, written.change, options));
      return written;
    });
  const endOf = async (run: Run) => {
    await inTurn(run.runId, () => publishAll(runEvents(undefined, run)));
    return run;
  };
  /** `next` is called again where another writer was first: what it was given last is what was replaced. */
  async function saved<T>(
    next: (stored: T | undefined) => T,
    save: (noting: typeof next) => Promise<T>,
    eventsOf: (before: T | undefined, after: T) => LedgerEvent[],
  ): Promise<T> {
    let before: T | undefined;
    const after = await save((stored) => {
      before = stored;
      return next(stored);
    });
    await publishAll(eventsOf(before, after));
    return after;
  }
  return {
    ...ledger,
    record: (job, ...rest) => recorded(job.jobId, () => ledger.record(job, ...rest)),
    annotate: (projectId, jobId, ...rest) => recorded(jobId, () => ledger.annotate(projectId, jobId, ...rest)),
    markVanished: (projectId, jobId, sighting) =>
      recorded(jobId, () => ledger.markVanished(projectId, jobId, sighting)),
    saveCoverage: (projectId, next, read) =>
      saved(next, (noting) => ledger.saveCoverage(projectId, noting, read), coverageEvents),
    saveKnownProject: (projectId, next, read) =>
      saved(next, (noting) => ledger.saveKnownProject(projectId, noting, read), projectEvents),
    saveExpectedRestore: async (stored, change) => {
      const saved = await ledger.saveExpectedRestore(stored, change);
      if (saved) await publishAll(expectedEvents(stored, saved));
      return saved;
    },
    endRun: async (runId, failure) => endOf(await ledger.endRun(runId, failure)),
    planRun: async (...given) => endOf(await ledger.planRun(...given)),
    finishPart: async (runId, part) => endOf(await ledger.finishPart(runId, part)),
  };
}

/** Does the work of one name one at a time, in the order of the calls. */
function turns() {
  const last = new Map<string, Promise<unknown>>();
  return async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const turn = (last.get(name) ?? Promise.resolve()).then(work, work);
    last.set(name, turn);
    try {
      return await turn;
    } finally {
      if (last.get(name) === turn) last.delete(name);
    }
  };
}
