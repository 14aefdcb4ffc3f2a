// bench/contenders/recorded-writes.ts: what a first collection writes, noted while it does, as data that another thread can be sent.

import { AtlasClient } from '../../functions/atlas/client.ts';
import type { Annotating, Annotations, Ledger, Outcome, Sighting } from '../../functions/ledger/model/ledger.ts';
import type { RestoreJob } from '../../functions/restore/job.ts';
import { type AtlasConfig, credentialsOf } from '../atlas/access.ts';
import { collect } from './collect.ts';
import { sqliteLedger } from './ledgers.ts';

/** In its order. */
export interface RecordedWrites {
  projects: { projectId: string }[];
  records: RecordedJob[];
  /** By job. */
  annotations: Map<string, RecordedAnnotation>;
}

export interface RecordedJob {
  job: RestoreJob;
  sighting: Sighted;
  isKnown: boolean | undefined;
  /** What was added to the job in the same write. */
  requester: Annotating['requester'];
  findings: Annotations['findings'];
  outcome: Outcome;
}

export interface RecordedAnnotation {
  sighting: Sighted;
  annotations: Partial<Annotations>;
  outcome: Outcome;
}

type Sighted = Omit<Sighting, 'now' | 'isLetGo'>;

/** @param scratch directory of the ledger that is collected into; it is replaced */
export async function recordWrites(config: AtlasConfig, scratch: string): Promise<RecordedWrites> {
  const writes: RecordedWrites = { projects: [], records: [], annotations: new Map() };
  const atlas = new AtlasClient({ credentials: credentialsOf(config) });
  const { ledger, close } = await sqliteLedger(scratch);
  const parts = await collect(atlas, noting(ledger, writes));
  writes.projects.push(...parts.map(({ projectId }) => ({ projectId })));
  await close();
  await atlas.close();
  return writes;
}

const noting = (ledger: Ledger, { records, annotations }: RecordedWrites): Ledger => ({
  ...ledger,
  async record(job, sighting, isKnown, annotating = {}) {
    const recorded = await ledger.record(job, sighting, isKnown, annotating);
    const { requester } = annotating;
    const { findings } = recorded.job;
    records.push({ job, sighting: sighted(sighting), isKnown, requester, findings, outcome: recorded.outcome });
    return recorded;
  },
  async annotate(projectId, jobId, sighting, annotate, read) {
    let made: Partial<Annotations> = {};
    const noted: typeof annotate = (job) => {
      made = annotate(job);
      return made;
    };
    const { outcome, job } = await ledger.annotate(projectId, jobId, sighting, noted, read);
    annotations.set(jobId, { sighting: sighted(sighting), annotations: made, outcome });
    return { outcome, job };
  },
});

const sighted = ({ now: _, isLetGo: __, ...sighting }: Sighting): Sighted => sighting;
