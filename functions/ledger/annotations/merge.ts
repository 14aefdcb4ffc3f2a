// functions/ledger/annotations/merge.ts: what an annotation makes of a job. Pure.
import { defined } from '../../platform/defined.ts';
import {
  type Annotated,
  type Annotation,
  type Annotator,
  annotationsIn,
  isAnnotating,
  type Validation,
  withAnnotationsOf,
} from '../../restore/annotations.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import { itemBytes } from '../model/item-size.ts';
import type { Change, LedgerJob } from '../model/ledger.ts';
import { unlessAltered } from '../model/merge-observation.ts';
import { fittedWhole } from '../table/job-item.ts';
import { type AnnotationPatch, AnnotationProblem } from './patch.ts';

/** Who annotates, when, and the id of this entry in place of a run's. */
export interface Signature {
  by: Annotator;
  /** ISO 8601. */
  at: string;
  runId: string;
}

/** A job has no more room for annotations. */
export class AnnotationsFull extends Error {
  override readonly name = 'AnnotationsFull';
}

/** Entries of one job that annotate it. */
export const MAX_ANNOTATIONS = 100;
/** Of the texts of one job, as the ledger has them. They are in its events, too. */
const MAX_BYTES = 8_000;
/** Of all entries that annotate one job. */
const MAX_HISTORY_BYTES = 150_000;
/** Of an annotated item: what Atlas may yet say of the job needs the rest of its 400 KB. */
const MAX_ITEM_BYTES = 300_000;

/**
 * Undefined where it says nothing new. A verdict is new where somebody else gives it; the other texts are whose who wrote them first.
 * @throws AnnotationProblem, AnnotationsFull
 */
export function mergeAnnotation(
  stored: LedgerJob,
  patch: AnnotationPatch,
  signature: Signature,
): LedgerJob | undefined {
  // By the history: what something else wrote to the job must not get into it in the name of whoever annotates.
  const said = annotationsIn(stored.changes);
  const validation = validationOf(said.validation, patch, signature);
  const annotation = annotationOf(said.annotation, patch, signature);
  if (!validation && !annotation) return undefined;
  const { annotationCount = 0 } = said;
  if (annotationCount >= MAX_ANNOTATIONS) throw full(`it has been annotated ${annotationCount} times`);
  const job: LedgerJob = {
    ...withAnnotationsOf(stored, stored.changes),
    ...defined({ validation, annotation }),
    annotationCount: annotationCount + 1,
  };
  const bytes = itemBytes(annotated(job));
  if (bytes > MAX_BYTES)
    throw new AnnotationProblem('body', `expected at most ${MAX_BYTES} bytes of all texts, got ${bytes}`);
  const fields = defined({
    validation: validation && defined({ from: said.validation, to: validation }),
    annotation: annotation && defined({ from: said.annotation, to: annotation }),
  }) as Change['fields'];
  const { at, runId } = signature;
  const next = unlessAltered(stored, job, { at, runId, fields }).job;
  const history = next.changes.filter(isAnnotating).reduce((sum, entry) => sum + itemBytes({ ...entry }), 0);
  if (history > MAX_HISTORY_BYTES) throw full(`its annotations take ${history} bytes`);
  const fit = fittedWhole(next, MAX_ITEM_BYTES);
  if (!fit) throw full('its item is too large');
  return fit;
}

const full = (why: string) => new AnnotationsFull(`the job can't be annotated any more: ${why}`);

const annotated = ({ validation, annotation }: Annotated) => ({ validation, annotation });

function validationOf(
  stored: Validation | undefined,
  { validation: sent }: AnnotationPatch,
  { by, at }: Signature,
): Validation | undefined {
  if (!sent) return undefined;
  const { at: _, ...before } = stored ?? { at };
  return isEqual(before, { ...sent, by }) ? undefined : { ...sent, by, at };
}

const TEXTS = ['purpose', 'ticket', 'environment', 'checks', 'links'] as const;

function annotationOf(
  stored: Annotation | undefined,
  patch: AnnotationPatch,
  { by, at }: Signature,
): Annotation | undefined {
  const before = Object.fromEntries(TEXTS.map((name) => [name, stored?.[name]]));
  const texts = TEXTS.map((name) => [name, patch[name] === undefined ? before[name] : (patch[name] ?? undefined)]);
  const next = defined(Object.fromEntries(texts)) as Omit<Annotation, 'by' | 'at'>;
  if (isEqual(defined(before), next)) return undefined;
  // Checks are evidence by who made them: who adds another text, or sends a form that shows them, made none.
  const isKept = stored && next.checks && isEqual(next.checks, stored.checks);
  const checker = isKept ? (stored.checksBy ?? stored.by) : undefined;
  return { ...next, ...(checker && !isEqual(checker, by) && { checksBy: checker }), by, at };
}

const isEqual = (a: unknown, b: unknown) => canonicalJson(a) === canonicalJson(b);
