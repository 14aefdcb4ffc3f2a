// bench/contenders/writer.ts: the writes of a first collection alone, of jobs that were read beforehand.

import { AtlasClient } from '../../functions/atlas/client.ts';
import type { Ledger, LedgerJob, Outcome, Recorded } from '../../functions/ledger/model/ledger.ts';
import { forEachConcurrent } from '../../functions/platform/for-each-concurrent.ts';
import { sharedLimits } from '../../functions/platform/limits.ts';
import { type AtlasConfig, credentialsOf } from '../atlas/access.ts';
import { contend } from '../harness/contender.ts';
import { collect } from './collect.ts';
import { type DurableLedger, emptyLedger, idsIn, type OpenLedger, sqliteLedger } from './ledgers.ts';

export interface WriterConfig extends AtlasConfig {
  ledger: DurableLedger;
  /** Directory of the ledger that the jobs are collected into beforehand, which shows what a collection writes. */
  scratch: string;
}

/** What a collection wrote, in its order. */
interface Written {
  projects: { projectId: string }[];
  records: { args: Parameters<Ledger['record']>; outcome: Outcome }[];
  /** By job. */
  annotations: Map<string, Annotation>;
}

interface Annotation {
  sighting: Parameters<Ledger['annotate']>[2];
  annotate: Parameters<Ledger['annotate']>[3];
  outcome: Outcome;
}

contend<WriterConfig>((config) => {
  let open: OpenLedger | undefined;
  let written: Written | undefined;
  return {
    async ready() {
      written = await collected(config);
    },
    async pass() {
      if (!written) throw new Error('nothing was read');
      open = await emptyLedger(config.ledger);
      await writeAll(written, open.ledger);
    },
    ids: async () => (open && written ? idsIn(open.ledger, written.projects) : []),
    close: async () => open?.close(),
  };
});

async function collected({ scratch, ...config }: WriterConfig): Promise<Written> {
  const written: Written = { projects: [], records: [], annotations: new Map() };
  const atlas = new AtlasClient({ credentials: credentialsOf(config) });
  const { ledger, close } = await sqliteLedger(scratch);
  written.projects.push(...(await collect(atlas, noting(ledger, written))));
  await close();
  await atlas.close();
  return written;
}

const noting = (ledger: Ledger, { records, annotations }: Written): Ledger => ({
  ...ledger,
  async record(...args) {
    const recorded = await ledger.record(...args);
    records.push({ args, outcome: recorded.outcome });
    return recorded;
  },
  async annotate(projectId, jobId, sighting, annotate, read) {
    const recorded = await ledger.annotate(projectId, jobId, sighting, annotate, read);
    annotations.set(jobId, { sighting, annotate, outcome: recorded.outcome });
    return recorded;
  },
});

/** As many at once as the collector may, and annotated as it does: from whole jobs, read again a page at a time. */
async function writeAll({ projects, records, annotations }: Written, ledger: Ledger): Promise<void> {
  const { writes } = sharedLimits(undefined, ledger.parallelWrites);
  await forEachConcurrent(records, writes.concurrency, async ({ args, outcome }) =>
    mustBe(outcome, await ledger.record(...args)),
  );
  await forEachConcurrent(projects, projects.length, async ({ projectId }) => {
    const jobs = ledger.projectJobs(projectId);
    const annotate = async (job: LedgerJob) => {
      const its = annotations.get(job.jobId);
      if (!its) return;
      const { sighting, annotate: of, outcome } = its;
      mustBe(outcome, await writes(() => ledger.annotate(projectId, job.jobId, sighting, of, job)));
    };
    const annotator = async () => {
      for await (const job of jobs) await annotate(job);
    };
    await Promise.all(Array.from({ length: writes.concurrency }, annotator));
  });
}

/** @throws Error where less or more was written than the collection wrote */
function mustBe(outcome: Outcome, recorded: Recorded) {
  if (recorded.outcome !== outcome) throw new Error(`${recorded.job.jobId}: ${recorded.outcome}, not ${outcome}`);
}
