// bench/contenders/writer.ts: the writes of a first collection alone, of jobs that were read beforehand.

import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Annotating, Ledger, LedgerJob, Outcome, Recorded } from '../../functions/ledger/model/ledger.ts';
import { forEachConcurrent } from '../../functions/platform/for-each-concurrent.ts';
import { sharedLimits } from '../../functions/platform/limits.ts';
import type { AtlasConfig } from '../atlas/access.ts';
import { contend } from '../harness/contender.ts';
import { type DurableLedger, emptyLedger, idsIn, type OpenLedger } from './ledgers.ts';
import { type RecordedJob, type RecordedWrites, recordWrites } from './recorded-writes.ts';

export interface WriterConfig extends AtlasConfig {
  ledger: DurableLedger;
  /** Directory of the ledger that the jobs are collected into beforehand, which shows what a collection writes. */
  scratch: string;
}

if (isMainThread) contend(writer);
else {
  const config: WriterConfig = workerData;
  parentPort?.postMessage(await recordWrites(config, config.scratch));
}

function writer(config: WriterConfig) {
  let open: OpenLedger | undefined;
  let writes: RecordedWrites | undefined;
  return {
    /** By another thread, so that this one writes with code as cold as a collection's. */
    async ready() {
      const thread = new Worker(new URL(import.meta.url), { workerData: config });
      [writes] = await once(thread, 'message');
      await once(thread, 'exit');
    },
    async pass() {
      if (!writes) throw new Error('nothing was read');
      open = await emptyLedger(config.ledger);
      await writeAll(writes, open.ledger);
      return undefined;
    },
    ids: async () => (open && writes ? idsIn(open.ledger, writes.projects) : []),
    close: async () => open?.close(),
  };
}

/** As many at once as the collector may, and annotated as it does: from whole jobs, read again a page at a time. */
async function writeAll({ projects, records, annotations }: RecordedWrites, ledger: Ledger): Promise<void> {
  const { writes } = sharedLimits(undefined, ledger.parallelWrites);
  await forEachConcurrent(records, writes.concurrency, async (its) => {
    const sighting = { ...its.sighting, now: Date.now };
    mustBe(its.outcome, await ledger.record(its.job, sighting, its.isKnown, annotatingOf(its)));
  });
  await forEachConcurrent(projects, projects.length, async ({ projectId }) => {
    const jobs = ledger.projectJobs(projectId);
    const annotate = async (job: LedgerJob) => {
      const its = annotations.get(job.jobId);
      if (!its) return;
      const sighting = { ...its.sighting, now: Date.now };
      mustBe(
        its.outcome,
        await writes(() => ledger.annotate(projectId, job.jobId, sighting, () => its.annotations, job)),
      );
    };
    const annotator = async () => {
      for await (const job of jobs) await annotate(job);
    };
    await Promise.all(Array.from({ length: writes.concurrency }, annotator));
  });
}

const annotatingOf = ({ requester, findings }: RecordedJob): Annotating => ({
  ...(requester ? { requester } : {}),
  ...(findings ? { assess: () => findings } : {}),
});

/** @throws Error where less or more was written than the collection wrote */
function mustBe(outcome: Outcome, recorded: Recorded) {
  if (recorded.outcome !== outcome) throw new Error(`${recorded.job.jobId}: ${recorded.outcome}, not ${outcome}`);
}
