// functions/restore/annotations.ts: what people add to a job, as its history has it.
import type * as z from 'zod/mini';
import type { annotation, annotator, validation } from '../schema/annotation.ts';
import type { change, job } from '../schema/job.ts';

export type Annotator = z.infer<typeof annotator>;
export type Validation = z.infer<typeof validation>;
export type Annotation = z.infer<typeof annotation>;
export type Annotated = Pick<z.infer<typeof job>, 'validation' | 'annotation' | 'annotationCount'>;
type Entry = Pick<z.infer<typeof change>, 'fields'>;

/** Fields of a job that only people write. */
export const ANNOTATED = ['validation', 'annotation'] as const;

/** Whether somebody made the entry by annotating the job. */
export const isAnnotating = (entry: Entry): boolean =>
  ANNOTATED.some((name) => Object.hasOwn(entry?.fields ?? {}, name)); // a forged history may hold anything

/** What people added, by the history alone: entries have the values whole. */
export function annotationsIn(changes: readonly Entry[]): Annotated {
  const entries = changes.filter(isAnnotating);
  if (entries.length === 0) return {};
  const values = ANNOTATED.flatMap((name) => {
    const last = entries.findLast(({ fields }) => Object.hasOwn(fields, name))?.fields[name]?.to;
    return last === undefined ? [] : [[name, last]];
  });
  return { ...Object.fromEntries(values), annotationCount: entries.length };
}

/** The job with no others than those of its history. */
export function withAnnotationsOf<T extends Annotated>(job: T, changes: readonly Entry[]): T {
  const { validation: _, annotation: __, annotationCount: ___, ...rest } = job;
  return { ...rest, ...annotationsIn(changes) } as T;
}
