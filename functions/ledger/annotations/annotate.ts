// functions/ledger/annotations/annotate.ts: an annotation, written: one conditional update of the job's item.
import { defined } from '../../platform/defined.ts';
import { LedgerError } from '../model/errors.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import type { LedgerJob } from '../model/ledger.ts';
import { optimisticWrite } from '../repositories/optimistic-write.ts';
import { ledgerJob } from '../table/job-item.ts';
import { jobKey } from '../table/keys.ts';
import type { Table } from '../table/table-port.ts';
import { markVerdict } from '../verdicts/mark-verdict.ts';
import { ANNOTATING_ATTRIBUTES } from './attributes.ts';
import { mergeAnnotation, type Signature } from './merge.ts';
import { type AnnotationPatch, AnnotationProblem } from './patch.ts';

/** The job is no longer as the caller saw it. */
export class AnnotationConflict extends Error {
  override readonly name = 'AnnotationConflict';
}

/**
 * Requests: 1 read, and where it says something new 1 write, with a verdict 2. A writer that loses reads and merges again: the revision, which grows
 * with every entry, is the condition. What is written without an entry, such as counters of progress, is not touched.
 * @param isExpected whether the job is still as the caller saw it. Not asked where it says so already: the caller's first request may
 * have been answered to nobody
 * @throws AnnotationProblem, AnnotationsFull, AnnotationConflict
 * @throws LedgerError, also where the ledger has no such job
 */
export async function annotateJob(
  table: Pick<Table, 'get' | 'update'>,
  { projectId, jobId }: Pick<LedgerJob, 'projectId' | 'jobId'>,
  patch: AnnotationPatch,
  signature: Signature,
  isExpected: (job: LedgerJob) => boolean = () => true,
): Promise<{ outcome: 'annotated' | 'same'; job: LedgerJob }> {
  const key = jobKey(projectId, jobId);
  let outcome: 'annotated' | 'same' = 'annotated';
  const read = async () => {
    const item = await table.get(key);
    return item && ledgerJob(item);
  };
  let ours: LedgerJob | undefined;
  const job = await optimisticWrite(`job ${jobId}`, undefined, read, async (stored) => {
    if (!stored) throw missing(projectId, jobId);
    outcome = 'same';
    // Ours after all: its answer was lost, and the SDK sent it again. Somebody may have written since.
    if (ours && has(stored, ours)) {
      outcome = 'annotated';
      return { value: stored, written: { done: true } };
    }
    if (stored.accountId !== undefined) throw ofSpoke(stored.accountId);
    const next = mergeAnnotation(stored, patch, signature);
    if (!next) return { value: stored, written: { done: true } };
    if (!isExpected(stored)) throw new AnnotationConflict(`job ${jobId} was changed meanwhile: read it again`);
    outcome = 'annotated';
    if (patch.validation) await markVerdict(table, next, signature.at);
    ours = next;
    const set = defined(Object.fromEntries(ANNOTATING_ATTRIBUTES.map((name) => [name, next[name]])));
    return { value: next, written: await table.update(key, { set, blind: true }, { revision: stored.revision }) };
  });
  return { outcome, job };
}

function has(stored: LedgerJob, { changes }: LedgerJob): boolean {
  const last = changes.at(-1);
  const same = stored.changes.find(({ revision }) => revision === last?.revision);
  return same !== undefined && canonicalJson(same) === canonicalJson(last);
}

/** A history has one writer: what a hub added would fork it. */
const ofSpoke = (accountId: string) =>
  new AnnotationProblem(
    'job',
    `expected one of this ledger's own, got one of the spoke in ${accountId}: annotate it there`,
  );

const missing = (projectId: string, jobId: string) =>
  new LedgerError(
    'LEDGER_CONFLICT',
    `job ${jobId} of project ${projectId} is not in the ledger, so it can't be annotated`,
  );
