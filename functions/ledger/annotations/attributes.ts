// functions/ledger/annotations/attributes.ts: the attributes of a job's item that annotating it writes.
import type { LedgerJob } from '../model/ledger.ts';

/**
 * Attributes of a job that annotating it writes, and reads as a condition. Nothing else: a role can be held to these, so that whoever
 * annotates can't say what Atlas said (docs/decisions/0044-annotations.md).
 */
export const ANNOTATING_ATTRIBUTES = [
  ...(['revision', 'changedAt', 'changes'] as const),
  ...(['validation', 'annotation', 'annotationCount'] as const),
] as const satisfies readonly (keyof LedgerJob)[];
