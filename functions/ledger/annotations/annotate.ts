// functions/ledger/annotations/annotate.ts: an annotation, written: one conditional update of the job's item.
import { defined } from '../../platform/defined.ts';
import { requestedAt } from '../../restore/object-id.ts';
import { noteAnnotated } from '../days/annotated-days.ts';
import { letGoBy } from '../let-go/let-go.ts';
import { MIN_RETENTION_DAYS } from '../let-go/retention-days.ts';
import { LedgerError } from '../model/errors.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import type { LedgerJob } from '../model/ledger.ts';
import { readLetGo } from '../repositories/coverage-items.ts';
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

/** A job past its retention, whose history is on record as it was when it was let go. */
export class JobLetGo extends Error {
  override readonly name = 'JobLetGo';
}

/** No policy lets younger jobs go, by Atlas's clock: ours may be a day off. */
const YOUNG_MS = (MIN_RETENTION_DAYS - 1) * 86_400_000;

/**
 * Requests: 1 read, and where it says something new 2 writes, with a verdict 3; of an old job 1 read more, which may have been let go. A writer that loses reads and merges again: the revision, which grows
 * with every entry, is the condition. What is written without an entry, such as counters of progress, is not touched.
 * @param isExpected whether the job is still as the caller saw it. Not asked where it says so already: the caller's first request may
 * have been answered to nobody
 * @throws AnnotationProblem, AnnotationsFull, AnnotationConflict, JobLetGo
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
    if (await isLetGo(table, stored, signature.at))
      throw new JobLetGo(`job ${jobId} is past its retention and was let go: it takes no more annotations`);
    outcome = 'annotated';
    if (patch.validation) await markVerdict(table, next, signature.at);
    ours = next;
    await noteAnnotated(table, jobId, Date.parse(signature.at));
    const set = defined(Object.fromEntries(ANNOTATING_ATTRIBUTES.map((name) => [name, next[name]])));
    return { value: next, written: await table.update(key, { set, blind: true }, { revision: stored.revision }) };
  });
  return { outcome, job };
}

async function isLetGo(table: Pick<Table, 'get'>, { projectId, jobId }: LedgerJob, at: string): Promise<boolean> {
  if (Date.parse(requestedAt(jobId)) > Date.parse(at) - YOUNG_MS) return false;
  return letGoBy(await readLetGo(table, projectId))(jobId);
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
